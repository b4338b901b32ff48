import { useMemo } from 'react';

import type { Clock } from '../domain/time';
import { useLanguage } from '../i18n';

const CITY_ZONE = 'Asia/Shanghai';

/** How times are written: in the city's zone and the chosen language. */
export function useClock(): Clock {
  const language = useLanguage();
  return useMemo(() => ({ zone: CITY_ZONE, language }), [language]);
}
