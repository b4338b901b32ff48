import { expect, it } from 'vitest';

import { isBehind } from './cameras';

it.each([
  ['keeps up', 2.1, 'watching', false],
  ['jitters', 2.9, 'watching', false],
  ['is behind', 3.2, 'watching', true],
  ['is behind and told so', 9, 'degraded', true],
  ['is paused', 60, 'paused', false],
  ['has not looked twice', null, 'watching', false],
] as const)('a camera with a look every 2 s that %s', (_, gap, state, behind) => {
  expect(isBehind({ gap_s: gap, look_interval_s: 2, state })).toBe(behind);
});
