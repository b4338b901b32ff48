import type { TFunction } from 'i18next';
import { createContext, useContext, useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { useCameraNames, useCity, useOverview } from '../api/queries';
import type { Clock } from '../domain/time';
import i18n, { nameOf, type Language } from '../i18n';

/** How things are called and times are written, in the chosen language and the city's zone. */
export interface Names {
  t: TFunction;
  language: Language;
  clock: Clock;
  matter: (code: string) => string;
  department: (id: string) => string;
  camera: (id: string) => string;
}

/** Until the node has said in which zone the city lies. */
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const same = (id: string) => id;
const NamesContext = createContext<Names>({
  t: i18n.t,
  language: 'en',
  clock: { zone: HERE, language: 'en' },
  matter: same,
  department: same,
  camera: same,
});

const NowContext = createContext<number | undefined>(undefined);

/**
 * Asks once for what every cell of every table needs: with a question in each cell, a table of 25 rows would hold
 * hundreds of observers.
 */
export function NamesProvider({ children }: { children: ReactNode }) {
  const { t, i18n: of } = useTranslation();
  const language: Language = of.language === 'zh' ? 'zh' : 'en';
  const city = useCity().data;
  const cameras = useCameraNames().data;
  const names = useMemo<Names>(
    () => ({
      t,
      language,
      clock: { zone: city?.time_zone ?? HERE, language },
      matter: (code) => nameOf(city, 'matters', code, language),
      department: (id) => nameOf(city, 'departments', id, language),
      camera: (id) => cameras?.[id]?.[language] || id,
    }),
    [t, language, city, cameras],
  );
  const now = useOverview().data?.now;
  return (
    <NamesContext value={names}>
      <NowContext value={now === undefined ? undefined : Date.parse(now)}>{children}</NowContext>
    </NamesContext>
  );
}

export function useNames(): Names {
  return useContext(NamesContext);
}

/** The node's clock when it last answered, milliseconds since 1970. */
export function useNow(): number | undefined {
  return useContext(NowContext);
}
