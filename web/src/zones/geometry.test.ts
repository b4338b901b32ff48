import { describe, expect, it } from 'vitest';

import { areaPx2, cornerMore, crossesItself, inside, largestMove, scaled, zoneFaults, type Corner, type Zone } from './geometry';

const SIZE = [640, 360] as const;
const SQUARE: Corner[] = [
  [10, 10],
  [110, 10],
  [110, 60],
  [10, 60],
];

function zone(corners: readonly Corner[], id = 'kerb', key = id): Zone {
  return { key, id, purpose: 'pavement', corners };
}

describe('a zone crosses itself', () => {
  it.each<[string, Corner[], boolean]>([
    ['a square does not', SQUARE, false],
    ['nor the other way round', [...SQUARE].reverse(), false],
    ['nor a triangle', [[0, 0], [50, 0], [20, 40]], false],
    ['nor a concave one', [[0, 0], [100, 0], [100, 100], [50, 20], [0, 100]], false],
    ['a bow tie does', [[0, 0], [100, 100], [100, 0], [0, 100]], true],
    ['one whose corner lies on another edge does', [[0, 0], [100, 0], [100, 100], [50, 0], [0, 100]], true],
    ['one that runs back over its own edge does', [[0, 0], [100, 0], [50, 0], [50, 50], [20, 0]], true],
  ])('%s', (_, corners, expected) => {
    expect(crossesItself(corners)).toBe(expected);
  });
});

it('has the area of its ring whichever way it runs', () => {
  expect(areaPx2(SQUARE)).toBe(5000);
  expect(areaPx2([...SQUARE].reverse())).toBe(5000);
});

describe('faults', () => {
  it.each<[string, Zone, string[]]>([
    ['none', zone(SQUARE), []],
    ['a Chinese id is one', zone(SQUARE, '人行道 1'), []],
    ['no id', zone(SQUARE, ''), ['name']],
    ['an id with a colon', zone(SQUARE, 'a: b'), ['name']],
    ['a line', zone([[0, 0], [10, 10]]), ['small']],
    ['a speck', zone([[0, 0], [5, 0], [5, 5], [0, 5]]), ['small']],
    ['a bow tie', zone([[0, 0], [100, 100], [100, 0], [0, 100]]), ['crosses']],
    ['beyond the picture', zone([[0, 0], [641, 0], [641, 100]]), ['outside']],
  ])('%s', (_, subject, expected) => {
    expect(zoneFaults(subject, [subject], SIZE)).toEqual(expected);
  });

  it('tells two zones of one id', () => {
    const [one, two] = [zone(SQUARE, 'kerb', '1'), zone(SQUARE, 'kerb', '2')];
    expect(zoneFaults(one, [one, two], SIZE)).toEqual(['name']);
  });
});

it('moves with the size of the picture', () => {
  expect(scaled([[64, 36]], [640, 360], [1280, 720])).toEqual([[128, 72]]);
});

it('gets one more corner in the middle of its longest edge', () => {
  expect(cornerMore([[0, 0], [100, 0], [100, 40]])).toEqual([[0, 0], [100, 0], [100, 40], [50, 20]]);
});

it('is drawn within the picture', () => {
  expect(inside([[-3, 10], [700, 400]], SIZE)).toEqual([[0, 10], [640, 360]]);
});

it('says how far its corners have moved', () => {
  expect(largestMove(SQUARE, SQUARE)).toBe(0);
  expect(largestMove(SQUARE, [[10, 10], [110, 10], [113, 64], [10, 60]])).toBe(5);
  expect(largestMove(SQUARE, SQUARE.slice(1))).toBeUndefined();
});
