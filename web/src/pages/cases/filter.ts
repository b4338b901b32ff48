import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';

import type { CaseState } from '../../api/client';
import type { CaseFilter } from '../../api/queries';
import { STATES } from '../../domain/cases';

export const KEYS = ['matter', 'camera', 'grid', 'department'] as const;
const SHOWN = ['table', 'state', 'due'] as const;
/** As a table, or as a board by state or by deadline. */
export type Shown = (typeof SHOWN)[number];

/** The filter and the way in which the cases are shown live in the address, so that they can be shared. */
export function useCaseFilter() {
  const [parameters, setParameters] = useSearchParams();
  const filter = useMemo<CaseFilter>(() => {
    const states = parameters.getAll('state').filter((state): state is CaseState => STATES.includes(state as CaseState));
    const open = parameters.get('open');
    return {
      ...(states.length ? { state: states } : {}),
      ...(open === null ? {} : { open: open === 'true' }),
      ...(parameters.get('overdue') === 'true' ? { overdue: true } : {}),
      ...Object.fromEntries(KEYS.flatMap((key) => (parameters.get(key) ? [[key, parameters.get(key)]] : []))),
    };
  }, [parameters]);
  const set = (key: string, values: string[]) => {
    const next = new URLSearchParams(parameters);
    next.delete(key);
    for (const value of values) next.append(key, value);
    setParameters(next, { replace: true });
  };
  const shown = SHOWN.find((each) => each === parameters.get('as')) ?? 'table';
  const clear = useCallback(
    () => setParameters(shown === 'table' ? {} : { as: shown }, { replace: true }),
    [setParameters, shown],
  );
  return {
    filter,
    shown,
    set,
    show: (as: Shown) => set('as', as === 'table' ? [] : [as]),
    clear,
    active: Object.keys(filter).length > 0,
  };
}
