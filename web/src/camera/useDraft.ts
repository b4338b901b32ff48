import { useEffect } from 'react';

import * as drafting from '../drafting/useDraft';
import type { Act, Kept } from './draft';
import { SHAPE, type CameraFile, type PartKey } from './file';

export type Desk = drafting.Desk<CameraFile, PartKey>;

/** A draft of a camera's file. It outlives leaving the page, and follows the node while nothing has been changed. */
export function useDraft(kept: Kept): Desk {
  const { id } = kept.file;
  return drafting.useDraft(SHAPE, id, (file) => file.id === id, kept);
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
