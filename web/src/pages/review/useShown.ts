import { useState } from 'react';
import { useSearchParams } from 'react-router';

import type { CaseItem } from '../../api/client';

/** A case that is looked at, and where in the queue it stands or stood. */
interface Held {
  item: CaseItem;
  place: number;
}

export interface Shown {
  item: CaseItem | undefined;
  place: number;
  /** It has left the queue, and not by the hand of the person who looks at it. */
  isGone: boolean;
  /** Goes to a case as soon as it is in the queue. */
  show: (caseId: string) => void;
  go: (step: number) => void;
  /** The person has done with a case: goes on to the next one, where that case is the one shown. */
  leave: (caseId: string) => void;
}

/**
 * Which case of the queue is looked at. It stays until the person goes on: where somebody else has decided it meanwhile,
 * another must not take its place under the keys. `isWhole`: what is not in `open` is not in the queue.
 */
export function useShown(open: readonly CaseItem[], isWhole: boolean): Shown {
  const [parameters, setParameters] = useSearchParams();
  const [held, setHeld] = useState<Held>();
  const [awaited, setAwaited] = useState<string>();
  const placeOf = (caseId: string | null | undefined) => open.findIndex(({ case_id: id }) => id === caseId);
  const at = (place: number): Held | undefined => {
    const item = open[place];
    return item && { item, place };
  };

  const stands = held && at(placeOf(held.item.case_id));
  const arrived = awaited === undefined ? undefined : at(placeOf(awaited));
  const first = isWhole ? at(Math.max(0, placeOf(parameters.get('case')))) : undefined;
  const now = arrived ?? stands ?? held ?? first;
  if (now?.item !== held?.item || now?.place !== held?.place) setHeld(now);
  if (arrived) setAwaited(undefined);

  const hold = (next: Held | undefined) => {
    setHeld(next);
    setAwaited(undefined);
    setParameters(next ? { case: next.item.case_id } : {}, { replace: true });
  };
  const go = (step: number) => {
    if (now === undefined) return;
    // The case behind one that has left stands in its place now.
    const to = placeOf(now.item.case_id) < 0 && step > 0 ? now.place + step - 1 : now.place + step;
    hold(open.length ? at((to + open.length) % open.length) : undefined);
  };
  return {
    item: now?.item,
    place: now?.place ?? 0,
    isGone: isWhole && now !== undefined && now === held,
    show: (caseId) => {
      const found = at(placeOf(caseId));
      if (found) return hold(found);
      setAwaited(caseId);
      setParameters({ case: caseId }, { replace: true });
    },
    go,
    leave: (caseId) => {
      if (caseId !== now?.item.case_id) return;
      if (open.some(({ case_id: id }) => id !== caseId)) go(1);
      else hold(undefined);
    },
  };
}
