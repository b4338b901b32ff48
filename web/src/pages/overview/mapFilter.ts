import { useSearchParams } from 'react-router';

import { useCity } from '../../api/queries';

export const BY = ['open', 'overdue', 'repeated'] as const;
export const WITHIN = ['hour', 'day', 'week'] as const;
export const BY_TEXT = { open: 'overview.byOpen', overdue: 'overview.byOverdue', repeated: 'overview.byRepeated' } as const;

/** What the map shows; it lives in the address, so that it can be shared. */
export function useMapFilter() {
  const [parameters, setParameters] = useSearchParams();
  const layers = useCity().data?.layers;
  const set = (key: string, value: string | undefined) => {
    const next = new URLSearchParams(parameters);
    if (value) next.set(key, value);
    else next.delete(key);
    setParameters(next, { replace: true });
  };
  return {
    layer: parameters.get('layer') ?? layers?.[0]?.id,
    matter: parameters.get('matter') ?? undefined,
    department: parameters.get('department') ?? undefined,
    by: BY.find((each) => each === parameters.get('by')) ?? 'open',
    within: WITHIN.find((each) => each === parameters.get('within')),
    set,
  };
}
