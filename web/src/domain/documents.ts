import { dump, load, CORE_SCHEMA, YAMLException } from 'js-yaml';

import type { Difference, Shape } from '../drafting/merge';

/** What a document of settings says. */
export type Content = Record<string, unknown>;

export interface Change {
  /** Where in the document, as `departments[sanitation].contact`. */
  path: string;
  /** Undefined where it is not there. */
  before: unknown;
  after: unknown;
}

export function isRecord(value: unknown): value is Content {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Rows that have ids are the same row wherever they stand in their list. */
function byId(value: unknown): Map<string, unknown> | undefined {
  if (!Array.isArray(value)) return undefined;
  const rows = new Map<string, unknown>();
  for (const each of value) {
    if (!isRecord(each) || typeof each.id !== 'string' || rows.has(each.id)) return undefined;
    rows.set(each.id, each);
  }
  return rows;
}

/** Every value that differs, with where it is; rows of a list by their ids. Absent and null are two things. */
export function changesOf(before: unknown, after: unknown, path = ''): Change[] {
  if (before === after) return [];
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => changesOf(before[key], after[key], path === '' ? key : `${path}.${key}`));
  }
  const [first, second] = [byId(before), byId(after)];
  if (first && second) {
    const ids = [...new Set([...first.keys(), ...second.keys()])];
    const inside = ids.flatMap((id) => changesOf(first.get(id), second.get(id), `${path}[${id}]`));
    const orders = [[...first.keys()].filter((id) => second.has(id)), [...second.keys()].filter((id) => first.has(id))];
    return JSON.stringify(orders[0]) === JSON.stringify(orders[1]) ? inside : [...inside, { path, before: orders[0], after: orders[1] }];
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.some((each, index) => changesOf(each, after[index]).length > 0) ? [{ path, before, after }] : [];
  }
  return [{ path, before, after }];
}

/** The value at a path of keys, as `names.zh`. */
export function valueAt(row: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), row);
}

/** A copy with another value at a path of keys; undefined takes the key away, and what is empty without it. */
export function withValue(row: Content, path: string, value: unknown): Content {
  const [key = '', ...rest] = path.split('.');
  const inner = row[key];
  const next = rest.length ? withValue(isRecord(inner) ? inner : {}, rest.join('.'), value) : value;
  if (next !== undefined && !(rest.length && isRecord(next) && Object.keys(next).length === 0)) return { ...row, [key]: next };
  return Object.fromEntries(Object.entries(row).filter(([each]) => each !== key));
}

/** The ids of a list's rows that another list has too, in their order. */
function commonIds(rows: unknown, others: unknown): string[] {
  const known = byId(others);
  return [...(byId(rows)?.keys() ?? [])].filter((id) => known?.has(id));
}

/** What can be changed and compared by itself: a row of a list as `departments[sanitation]`, anything else by its key. */
function partsOf(content: Content): Map<string, unknown> {
  const parts = new Map<string, unknown>();
  for (const [key, value] of Object.entries(content)) {
    const rows = byId(value);
    if (rows === undefined) parts.set(key, value);
    else for (const [id, row] of rows) parts.set(`${key}[${id}]`, row);
  }
  return parts;
}

function differences(before: Content, after: Content): Difference[] {
  const [first, second] = [partsOf(before), partsOf(after)];
  const differing = [...new Set([...first.keys(), ...second.keys()])]
    .map((part) => ({ part, before: first.get(part), after: second.get(part) }))
    .filter((each) => changesOf(each.before, each.after).length > 0);
  const orders = Object.keys(after)
    .map((key) => ({ part: `${key}[]`, before: commonIds(before[key], after[key]), after: commonIds(after[key], before[key]) }))
    .filter((each) => each.before.join() !== each.after.join());
  return [...differing, ...orders];
}

const PART = /^(?<key>[^[]+)\[(?<id>.*)\]$/;

function withParts(content: Content, changed: ReadonlyMap<string, unknown>): Content {
  const next: Content = { ...content };
  for (const [part, value] of changed) {
    const { key, id } = PART.exec(part)?.groups ?? {};
    if (key === undefined || id === undefined) {
      if (value === undefined) Reflect.deleteProperty(next, part);
      else next[part] = value;
      continue;
    }
    const rows = Array.isArray(next[key]) ? (next[key] as Content[]) : [];
    if (id === '') next[key] = inOrder(rows, value as string[]);
    else if (value === undefined) next[key] = rows.filter((row) => row.id !== id);
    else next[key] = rows.some((row) => row.id === id) ? rows.map((row) => (row.id === id ? value : row)) : [...rows, value];
  }
  return next;
}

/** Rows in an order of ids; those that it does not name stay behind those before them. */
function inOrder(rows: readonly Content[], ids: readonly string[]): Content[] {
  let last = -1;
  const places = rows.map((row, index) => {
    const at = ids.indexOf(String(row.id));
    last = at < 0 ? last : at;
    return { row, at: last, index };
  });
  return places.sort((a, b) => a.at - b.at || a.index - b.index).map(({ row }) => row);
}

/** How a document is changed part by part, also by two people. */
export const SHAPE: Shape<Content> = { differences, withParts };

/** A document as its file has it. */
export function written(content: Content): string {
  return dump(content, { schema: CORE_SCHEMA, lineWidth: 110, noRefs: true, flowLevel: 4 });
}

export type Read = { content: Content } | { line?: number; what: string };

/** Read YAML, of which JSON is a part. What is wrong has the line in which it is, where that is known. */
export function read(text: string): Read {
  try {
    const content: unknown = load(text, { schema: CORE_SCHEMA });
    return isRecord(content) ? { content } : { what: '' };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return { what: error.reason, line: error.mark === undefined ? undefined : error.mark.line + 1 };
  }
}
