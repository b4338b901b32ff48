import type { Corner, Zone } from './geometry';

/** The zones as they are drawn, with what they were before each step. */
export interface Drawing {
  zones: readonly Zone[];
  past: readonly (readonly Zone[])[];
  future: readonly (readonly Zone[])[];
  selected?: string;
}

export type Edit =
  | { kind: 'add'; zone: Zone }
  | { kind: 'shape'; key: string; corners: readonly Corner[] }
  | { kind: 'rename'; key: string; id: string }
  | { kind: 'repurpose'; key: string; purpose: string }
  | { kind: 'remove'; key: string }
  | { kind: 'select'; key?: string }
  | { kind: 'undo' }
  | { kind: 'redo' };

const KEPT_STEPS = 100;

export function begin(zones: readonly Zone[]): Drawing {
  return { zones, past: [], future: [] };
}

/** Make one edit. Selecting is no step; everything else can be undone. */
export function edited(drawing: Drawing, edit: Edit): Drawing {
  const { zones, past, future } = drawing;
  const step = (next: readonly Zone[], selected = drawing.selected): Drawing => ({
    zones: next,
    past: [...past, zones].slice(-KEPT_STEPS),
    future: [],
    selected,
  });
  const changed = (key: string, values: Partial<Zone>) =>
    step(zones.map((zone) => (zone.key === key ? { ...zone, ...values } : zone)));
  switch (edit.kind) {
    case 'add':
      return step([...zones, edit.zone], edit.zone.key);
    case 'shape':
      return changed(edit.key, { corners: edit.corners });
    case 'rename':
      return changed(edit.key, { id: edit.id });
    case 'repurpose':
      return changed(edit.key, { purpose: edit.purpose });
    case 'remove':
      return step(
        zones.filter(({ key }) => key !== edit.key),
        undefined,
      );
    case 'select':
      return { ...drawing, selected: edit.key };
    case 'undo': {
      const before = past.at(-1);
      return before ? { ...drawing, zones: before, past: past.slice(0, -1), future: [zones, ...future] } : drawing;
    }
    case 'redo': {
      const [next, ...rest] = future;
      return next ? { ...drawing, zones: next, past: [...past, zones], future: rest } : drawing;
    }
  }
}

/** An id that no zone has yet. */
export function freeId(zones: readonly Zone[]): string {
  for (let number = 1; ; number++) {
    const id = `zone-${number}`;
    if (zones.every((zone) => zone.id !== id)) return id;
  }
}
