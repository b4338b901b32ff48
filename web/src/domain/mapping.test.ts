import { expect, it } from 'vitest';

import { asTyped, linesOf, listsOf, pairsOf, pathsOf, sourceOf, typed, withSource } from './mapping';

it('reads what is typed as JSON where it is some, and shows it so that it is read again as the same', () => {
  expect([typed('7'), typed('true'), typed('"20"'), typed('待定'), typed('a, b')]).toEqual([7, true, '20', '待定', 'a, b']);
  for (const value of [7, '7', 'true', true, null, '待定', '', { a: 1 }, '"']) expect(typed(asTyped(value))).toEqual(value);
});

it('reads translations line by line', () => {
  const pairs = { dispatched: '20', closed: 90 };
  expect(linesOf(pairs)).toBe('dispatched = "20"\nclosed = 90');
  expect(pairsOf(linesOf(pairs))).toEqual(pairs);
  expect(pairsOf('\nafter＝处置后\nno pair\n')).toEqual({ after: '处置后' });
  expect(pairsOf('nothing')).toBeUndefined();
});

it('gives a field another source and keeps how it is written where that still holds', () => {
  const rule = { from: 'data.state', words: 'state', default: '' };
  expect(sourceOf(rule)).toBe('from');
  expect(withSource(rule, 'code')).toEqual({ code: { scheme: 'gbt30428' }, words: 'state', default: '' });
  expect(withSource(rule, 'value')).toEqual({ value: '' });
  expect(sourceOf(withSource(rule, 'each'))).toBe('each');
});

it('lists the paths of an event, rows of the grid by their layer', () => {
  const event = { id: '1', data: { grid: [{ layer: 'unit', code: '4' }], evidence: [{ key: 'a' }, { key: 'b', kind: 'wide' }], reason: '' } };
  expect(pathsOf(event)).toEqual([
    'id', 'data.grid[layer=unit].layer', 'data.grid[layer=unit].code', 'data.evidence[0].key', 'data.evidence[1].key', 'data.evidence[1].kind', 'data.reason',
  ]);
  expect(listsOf(event)).toEqual([
    { path: 'data.grid', members: ['.layer', '.code'] },
    { path: 'data.evidence', members: ['.key', '.kind'] },
  ]);
});
