import { isSame, merge, type CameraFile, type PartKey } from './file';

/** A camera's file as the node keeps it, with who has saved it. */
export interface Kept {
  file: CameraFile;
  version: number;
  etag: string;
  changedAt: string;
  changedBy: string;
  note: string;
}

/** A file that somebody works on: what it began from, what it is now, and its steps. */
export interface Draft {
  base: Kept;
  file: CameraFile;
  past: readonly CameraFile[];
  future: readonly CameraFile[];
  /** What the last step was about: further steps about the same are one. */
  about?: string;
}

export type Act =
  | { kind: 'edit'; change: (file: CameraFile) => CameraFile; about?: string }
  | { kind: 'undo' }
  | { kind: 'redo' }
  /** Drops what was drawn and begins from what the node keeps. */
  | { kind: 'begin'; base: Kept }
  /** Puts what was drawn onto a newer version. */
  | { kind: 'rebase'; onto: Kept; choose?: (part: PartKey) => 'mine' | 'theirs' };

const KEPT_STEPS = 100;

export function begin(base: Kept): Draft {
  return { base, file: base.file, past: [], future: [] };
}

export function isChanged(draft: Draft): boolean {
  return draft.file !== draft.base.file && !isSame(draft.base.file, draft.file);
}

/** Make one step. */
export function stepped(draft: Draft, act: Act): Draft {
  const { base, file, past, future } = draft;
  switch (act.kind) {
    case 'edit': {
      const next = act.change(file);
      if (next === file) return draft;
      const goesOn = act.about !== undefined && act.about === draft.about && past.length > 0;
      return { base, file: next, past: goesOn ? past : [...past, file].slice(-KEPT_STEPS), future: [], about: act.about };
    }
    case 'undo': {
      const before = past.at(-1);
      return before ? { base, file: before, past: past.slice(0, -1), future: [file, ...future] } : draft;
    }
    case 'redo': {
      const [next, ...rest] = future;
      return next ? { base, file: next, past: [...past, file], future: rest } : draft;
    }
    case 'begin':
      return begin(act.base);
    case 'rebase':
      return { base: act.onto, file: merge(base.file, file, act.onto.file).file(act.choose), past: [], future: [] };
  }
}
