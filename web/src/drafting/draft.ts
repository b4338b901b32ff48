import { merge, type Shape, type Side } from './merge';

/** A file as the node keeps it, with who has saved it. */
export interface Kept<T> {
  file: T;
  version: number;
  etag: string;
  changedAt: string;
  changedBy: string;
  note: string;
}

/** A file that somebody works on: what it began from, what it is now, and its steps. */
export interface Draft<T> {
  base: Kept<T>;
  file: T;
  past: readonly T[];
  future: readonly T[];
  /** What the last step was about: further steps about the same are one. */
  about?: string;
}

export type Act<T, P extends string = string> =
  | { kind: 'edit'; change: (file: T) => T; about?: string }
  | { kind: 'undo' }
  | { kind: 'redo' }
  /** Drops what was written and begins from what the node keeps. */
  | { kind: 'begin'; base: Kept<T> }
  /** Puts what was written onto a newer version. */
  | { kind: 'rebase'; onto: Kept<T>; choose?: (part: P) => Side };

const KEPT_STEPS = 100;

export function begin<T>(base: Kept<T>): Draft<T> {
  return { base, file: base.file, past: [], future: [] };
}

export function isChanged<T, P extends string>(shape: Shape<T, P>, draft: Draft<T>): boolean {
  return draft.file !== draft.base.file && shape.differences(draft.base.file, draft.file).length > 0;
}

/** Make one step. */
export function stepped<T, P extends string>(shape: Shape<T, P>, draft: Draft<T>, act: Act<T, P>): Draft<T> {
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
      return before === undefined ? draft : { base, file: before, past: past.slice(0, -1), future: [file, ...future] };
    }
    case 'redo': {
      const [next, ...rest] = future;
      return next === undefined ? draft : { base, file: next, past: [...past, file], future: rest };
    }
    case 'begin':
      return begin(act.base);
    case 'rebase':
      return { base: act.onto, file: merge(shape, base.file, file, act.onto.file).file(act.choose), past: [], future: [] };
  }
}
