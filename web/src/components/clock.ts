import { useMemo } from 'react';

import { useCity } from '../api/queries';
import type { Clock } from '../domain/time';
import { useLanguage } from '../i18n';

/** Until the node has said in which zone the city lies. */
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** How times are written: in the city's zone and the chosen language. */
export function useClock(): Clock {
  const language = useLanguage();
  const zone = useCity().data?.time_zone ?? HERE;
  return useMemo(() => ({ zone, language }), [zone, language]);
}
