import { describe, expect, it } from 'vitest';

import { areaPx2, crossesItself, faultsOf, scaled, yamlOf, type Corner, type Zone } from './geometry';

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
    expect(faultsOf(subject, [subject], SIZE)).toEqual(expected);
  });

  it('tells two zones of one id', () => {
    const [one, two] = [zone(SQUARE, 'kerb', '1'), zone(SQUARE, 'kerb', '2')];
    expect(faultsOf(one, [one, two], SIZE)).toEqual(['name']);
  });
});

it('moves with the size of the picture', () => {
  expect(scaled([[64, 36]], [640, 360], [1280, 720])).toEqual([[128, 72]]);
});

it('writes what the camera file takes, with quotes where YAML would read another thing', () => {
  const text = yamlOf([zone(SQUARE), zone(SQUARE, 'no'), zone(SQUARE, '12')], SIZE);
  expect(text.split('\n').slice(0, 5)).toEqual([
    'zones:',
    '  - id: kerb',
    '    purpose: pavement',
    '    resolution_wh: [640, 360]',
    '    polygon_px: [[10, 10], [110, 10], [110, 60], [10, 60]]',
  ]);
  expect(text).toContain('- id: "no"');
  expect(text).toContain('- id: "12"');
  expect(yamlOf([], SIZE)).toBe('zones: []\n');
});
