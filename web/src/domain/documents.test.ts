import { describe, expect, it } from 'vitest';

import { changesOf, read, valueAt, withValue } from './documents';

const ROWS = { departments: [{ id: 'a', names: { zh: '甲' } }, { id: 'b', names: { zh: '乙' } }] };

describe('changes of a document', () => {
  it.each([
    ['nothing', ROWS, structuredClone(ROWS), []],
    [
      'a value of a row, though a row before it went',
      ROWS,
      { departments: [{ id: 'b', names: { zh: '丙' } }] },
      [
        { path: 'departments[a]', before: ROWS.departments[0], after: undefined },
        { path: 'departments[b].names.zh', before: '乙', after: '丙' },
      ],
    ],
    ['the order of rows', ROWS, { departments: [...ROWS.departments].reverse() }, [{ path: 'departments', before: ['a', 'b'], after: ['b', 'a'] }]],
    ['null where nothing was said', {}, { limit: null }, [{ path: 'limit', before: undefined, after: null }]],
    ['a list of days, as one', { holidays: ['2026-10-01'] }, { holidays: ['2026-10-02'] }, [{ path: 'holidays', before: ['2026-10-01'], after: ['2026-10-02'] }]],
    [
      'rows of which two have one id, as one list',
      { teams: [{ id: 'a' }, { id: 'a' }] },
      { teams: [{ id: 'a' }] },
      [{ path: 'teams', before: [{ id: 'a' }, { id: 'a' }], after: [{ id: 'a' }] }],
    ],
  ])('%s', (_name, before, after, changes) => {
    expect(changesOf(before, after)).toEqual(changes);
  });
});

it('writes a value into a row and leaves the others alone', () => {
  const row = { id: 'a', place: { crs: 'EPSG:4326' } };
  expect(withValue(row, 'place.x', 114)).toEqual({ id: 'a', place: { crs: 'EPSG:4326', x: 114 } });
  expect(row.place).toEqual({ crs: 'EPSG:4326' });
  expect(valueAt(row, 'place.crs')).toBe('EPSG:4326');
  expect(valueAt(row, 'names.zh')).toBeUndefined();
});

it('leaves no empty part behind', () => {
  expect(withValue({ id: 'a', place: { x: 114 } }, 'place.x', undefined)).toEqual({ id: 'a' });
});

describe('reading JSON', () => {
  it('takes an object', () => expect(read('{"a": 1}')).toEqual({ content: { a: 1 } }));
  it('tells the line of a fault', () => expect(read('{\n  "a": 1,\n  b\n}')).toMatchObject({ line: 3 }));
  it.each(['[]', '1', 'null'])('takes no %s', (text) => expect(read(text)).toEqual({ what: '' }));
});
