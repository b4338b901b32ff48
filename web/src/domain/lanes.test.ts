import { expect, it } from 'vitest';

import type { CaseCounts } from '../api/client';
import { FINAL, STATES } from './cases';
import { lanesOf } from './lanes';

const COUNTS: CaseCounts = {
  states: [
    { state: 'dispatched', number: 7 },
    { state: 'accepted', number: 2 },
    { state: 'rework', number: 1 },
    { state: 'closed', number: 90 },
  ],
  due: [
    { due: 'overdue', number: 3 },
    { due: 'later', number: 7 },
  ],
};

it('has every state in exactly one column, with the numbers of the server', () => {
  const lanes = lanesOf('state', { matter: 'litter_exposed' }, COUNTS);
  expect(lanes.flatMap(({ filter }) => filter.state ?? []).sort()).toEqual([...STATES].sort());
  expect(lanes.every(({ filter }) => filter.matter === 'litter_exposed')).toBe(true);
  expect(lanes.filter(({ number }) => number).map(({ key, number }) => [key, number])).toEqual([
    ['handling', 9],
    ['rework', 1],
    ['ended', 90],
  ]);
});

it.each([
  [{ open: true }, STATES.filter((state) => !FINAL.includes(state))],
  [{ open: false }, FINAL],
  [{ state: ['accepted', 'rework'] as const }, ['accepted', 'rework']],
  [{ state: ['accepted'] as const, open: false }, []],
])('leaves out the columns that the filter %j leaves empty', (filter, states) => {
  const lanes = lanesOf('state', { ...filter, state: 'state' in filter ? [...filter.state] : undefined }, undefined);
  expect(lanes.flatMap((lane) => lane.filter.state ?? []).sort()).toEqual([...states].sort());
  expect(lanes.every(({ number }) => number === undefined)).toBe(true);
});

it('has the steps of the deadlines, the most pressing first', () => {
  const lanes = lanesOf('due', { department: 'sanitation' }, COUNTS);
  expect(lanes.map(({ key, number }) => [key, number])).toEqual([['overdue', 3], ['hour', 0], ['today', 0], ['later', 7], ['none', 0]]);
  expect(lanes[0]?.filter).toEqual({ department: 'sanitation', due: 'overdue' });
  expect(lanesOf('due', { overdue: true }, COUNTS).map(({ key }) => key)).toEqual(['overdue']);
});
