import { useEffect, useReducer } from 'react';

import { begin, isChanged, stepped, type Act, type Draft, type Kept } from './draft';
import type { Shape } from './merge';

export interface Desk<T, P extends string = string> {
  draft: Draft<T>;
  act: (act: Act<T, P>) => void;
  changed: boolean;
  /** Somebody has saved since this draft began. */
  newer?: Kept<T>;
}

const keyOf = (name: string) => `gridpatrol.draft.${name}`;

/** What was written before the page was left, in this tab of the browser. */
function restored<T, P extends string>(shape: Shape<T, P>, name: string, isOne: (file: T) => boolean, kept: Kept<T>): Draft<T> {
  try {
    const found = JSON.parse(sessionStorage.getItem(keyOf(name)) ?? 'null') as Pick<Draft<T>, 'base' | 'file'> | null;
    if (found && isOne(found.base.file) && isOne(found.file)) {
      const draft: Draft<T> = { ...begin(found.base), file: found.file };
      return isChanged(shape, draft) ? draft : begin(kept);
    }
  } catch {
    // What is damaged is no draft.
  }
  return begin(kept);
}

/** A draft of a file. It outlives leaving the page, and follows the node while nothing has been changed. */
export function useDraft<T, P extends string>(shape: Shape<T, P>, name: string, isOne: (file: T) => boolean, kept: Kept<T>): Desk<T, P> {
  const [draft, act] = useReducer(
    (before: Draft<T>, made: Act<T, P>) => stepped(shape, before, made),
    kept,
    (from) => restored(shape, name, isOne, from),
  );
  const changed = isChanged(shape, draft);
  const isNewer = kept.version > draft.base.version;
  useEffect(() => {
    if (isNewer && !changed) act({ kind: 'begin', base: kept });
  }, [isNewer, changed, kept]);
  useEffect(() => {
    const key = keyOf(name);
    if (changed) sessionStorage.setItem(key, JSON.stringify({ base: draft.base, file: draft.file }));
    else sessionStorage.removeItem(key);
  }, [name, draft, changed]);
  useEffect(() => {
    if (!changed) return undefined;
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', stay);
    return () => window.removeEventListener('beforeunload', stay);
  }, [changed]);
  return { draft, act, changed, newer: isNewer && changed ? kept : undefined };
}
