/** A column of a document's table: where its value is in a row, and how it is written. */
export interface Column {
  path: ColumnPath;
  kind: 'text' | 'number' | 'yes' | 'matters' | 'region' | 'hours';
  width: number;
  /** Kept as an empty text where it is empty: the row cannot do without. */
  needed?: boolean;
}

export type ColumnPath =
  | 'id' | 'names.zh' | 'names.en' | 'contact' | 'leader' | 'place.crs' | 'place.x' | 'place.y' | 'reach_m' | 'matters'
  | 'region' | 'hours' | 'sensitivity' | 'since' | 'until' | 'limit_factor' | 'min_confidence' | 'review_below' | 'grace';

interface Rows {
  columns: readonly Column[];
  /** Keys of a row that the table has no column for. */
  asText: readonly string[];
}

const text = (path: ColumnPath, width: number, needed = false): Column => ({ path, kind: 'text', width, needed });
const number = (path: ColumnPath, width: number): Column => ({ path, kind: 'number', width });
const NAMED = [text('id', 150, true), text('names.zh', 150, true), text('names.en', 170, true)] as const;
const MATTERS: Column = { path: 'matters', kind: 'matters', width: 190 };
const HOURS: Column = { path: 'hours', kind: 'hours', width: 150 };
const REGION: Column = { path: 'region', kind: 'region', width: 170 };

/** Documents that are one list of rows under their own name. */
export const TABLES: Readonly<Record<string, Rows>> = {
  departments: { columns: [...NAMED, text('contact', 170), text('leader', 170)], asText: [] },
  control_areas: { columns: [...NAMED, MATTERS, REGION, HOURS, text('since', 120), text('until', 120, true)], asText: [] },
  places: { columns: [...NAMED, REGION, number('sensitivity', 110)], asText: [] },
  responders: {
    columns: [
      ...NAMED, text('contact', 150, true), text('place.crs', 110), number('place.x', 110), number('place.y', 110),
      number('reach_m', 100), REGION, MATTERS,
    ],
    asText: [],
  },
  teams: { columns: [...NAMED, text('contact', 150), text('leader', 150), REGION], asText: [] },
  profiles: {
    columns: [
      ...NAMED, number('limit_factor', 110), number('min_confidence', 110), number('review_below', 110),
      { path: 'grace', kind: 'yes', width: 90 },
    ],
    asText: [],
  },
};
