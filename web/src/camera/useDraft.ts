import { useEffect, useReducer } from 'react';

import { begin, isChanged, stepped, type Act, type Draft, type Kept } from './draft';

export interface Desk {
  draft: Draft;
  act: (act: Act) => void;
  changed: boolean;
  /** Somebody has saved since this draft began. */
  newer?: Kept;
}

const keyOf = (id: string) => `gridpatrol.draft.${id}`;

/** What was drawn before the page was left, in this tab of the browser. */
function restored(kept: Kept): Draft {
  try {
    const found = JSON.parse(sessionStorage.getItem(keyOf(kept.file.id)) ?? 'null') as Pick<Draft, 'base' | 'file'> | null;
    if (found?.base.file.id === kept.file.id && found.file.id === kept.file.id) {
      const draft: Draft = { ...begin(found.base), file: found.file };
      return isChanged(draft) ? draft : begin(kept);
    }
  } catch {
    // What is damaged is no draft.
  }
  return begin(kept);
}

/** A draft of a camera's file. It outlives leaving the page, and follows the node while nothing has been changed. */
export function useDraft(kept: Kept): Desk {
  const [draft, act] = useReducer(stepped, kept, restored);
  const changed = isChanged(draft);
  const isNewer = kept.version > draft.base.version;
  useEffect(() => {
    if (isNewer && !changed) act({ kind: 'begin', base: kept });
  }, [isNewer, changed, kept]);
  useEffect(() => {
    const key = keyOf(draft.file.id);
    if (changed) sessionStorage.setItem(key, JSON.stringify({ base: draft.base, file: draft.file }));
    else sessionStorage.removeItem(key);
  }, [draft, changed]);
  useEffect(() => {
    if (!changed) return undefined;
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', stay);
    return () => window.removeEventListener('beforeunload', stay);
  }, [changed]);
  return { draft, act, changed, newer: isNewer && changed ? kept : undefined };
}

/** Ctrl+Z and Ctrl+Shift+Z (or Ctrl+Y), outside of fields. */
export function useUndoKeys(act: (act: Act) => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea');
      const key = event.key.toLowerCase();
      if (typing || !(event.ctrlKey || event.metaKey) || (key !== 'z' && key !== 'y')) return;
      event.preventDefault();
      act({ kind: key === 'y' || event.shiftKey ? 'redo' : 'undo' });
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [act]);
}
