import { describe, expect, it } from 'vitest';

import { merge } from '../drafting/merge';
import { changesOf, read, SHAPE, valueAt, withValue, written, type Content } from './documents';

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

describe('reading YAML', () => {
  it('takes keys and values, also as JSON', () => {
    expect(read('a: 1')).toEqual({ content: { a: 1 } });
    expect(read('{"a": 1}')).toEqual({ content: { a: 1 } });
  });
  it('tells the line of a fault', () => expect(read('a: 1\nb: [\n')).toMatchObject({ line: 3 }));
  it.each(['[]', '1', 'null', ''])('takes no %s', (text) => expect(read(text)).toEqual({ what: '' }));
  it('keeps codes, days and times of day as the text that they are', () => {
    const content = { code: '0110', until: '2027-01-01', hours: '08:00', answer: 'no', polygon: [[114.1, 22.5]] };
    expect(read(written(content))).toEqual({ content });
  });
});

describe('two changes of one document', () => {
  const base = { profiles: [{ id: 'a', x: 1 }, { id: 'b', x: 1 }], stages: { accept: 1 } };
  const putTogether = (mine: Content, theirs: Content) => merge(SHAPE, base, mine, theirs);
  const rows = (...given: object[]) => ({ ...base, profiles: given });

  it.each([
    ['a row each', rows({ id: 'a', x: 2 }, { id: 'b', x: 1 }), rows({ id: 'a', x: 1 }, { id: 'b', x: 3 }), rows({ id: 'a', x: 2 }, { id: 'b', x: 3 })],
    ['a row and a key', rows({ id: 'a', x: 2 }, { id: 'b', x: 1 }), { ...base, stages: null }, { ...rows({ id: 'a', x: 2 }, { id: 'b', x: 1 }), stages: null }],
    ['a row gone, another new', rows({ id: 'b', x: 1 }), rows(...base.profiles, { id: 'c' }), rows({ id: 'b', x: 1 }, { id: 'c' })],
    ['another order and a new row', rows({ id: 'b', x: 1 }, { id: 'a', x: 1 }), rows(...base.profiles, { id: 'c' }), rows({ id: 'b', x: 1 }, { id: 'c' }, { id: 'a', x: 1 })],
  ])('go together: %s', (_name, mine, theirs, both) => {
    const merged = putTogether(mine, theirs);
    expect(merged.clashes).toEqual([]);
    expect(merged.file()).toEqual(both);
  });

  it('clash where both changed a row, and null is a change', () => {
    expect(putTogether(rows({ id: 'a', x: 2 }), rows({ id: 'a', x: 3 }, { id: 'b', x: 1 })).clashes.map(({ part }) => part)).toEqual(['profiles[a]']);
    expect(SHAPE.differences({}, { hot_spots: null })).toHaveLength(1);
  });
});
