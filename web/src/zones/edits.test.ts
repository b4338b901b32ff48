import { expect, it } from 'vitest';

import { begin, edited, freeId, type Drawing, type Edit } from './edits';
import type { Zone } from './geometry';

const KERB: Zone = { key: 'k', id: 'kerb', purpose: 'no_parking', corners: [[0, 0], [9, 0], [9, 9]] };
const LANE: Zone = { ...KERB, key: 'l', id: 'lane' };

function after(...edits: Edit[]): Drawing {
  return edits.reduce(edited, begin([KERB]));
}

it('undoes and redoes every kind of step, and forgets the future after a new one', () => {
  const steps: Edit[] = [
    { kind: 'add', zone: LANE },
    { kind: 'shape', key: 'k', corners: [[1, 1], [9, 1], [9, 9]] },
    { kind: 'rename', key: 'l', id: 'fire' },
    { kind: 'repurpose', key: 'l', purpose: 'fire_lane' },
    { kind: 'remove', key: 'k' },
  ];
  const done = after(...steps);
  expect(done.zones).toEqual([{ ...LANE, id: 'fire', purpose: 'fire_lane' }]);
  const undone = steps.reduce((drawing) => edited(drawing, { kind: 'undo' }), done);
  expect(undone.zones).toEqual([KERB]);
  expect(edited(undone, { kind: 'undo' })).toBe(undone);
  const redone = steps.reduce((drawing) => edited(drawing, { kind: 'redo' }), undone);
  expect(redone.zones).toEqual(done.zones);
  expect(edited(undone, { kind: 'remove', key: 'k' }).future).toEqual([]);
});

it('selects what was drawn, and selecting is no step', () => {
  const drawn = after({ kind: 'add', zone: LANE });
  expect(drawn.selected).toBe('l');
  expect(edited(drawn, { kind: 'select', key: 'k' }).past).toBe(drawn.past);
});

it('finds an id that is free', () => {
  expect(freeId([{ ...KERB, id: 'zone-1' }])).toBe('zone-2');
});
