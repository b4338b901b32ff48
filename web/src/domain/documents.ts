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

export function written(content: Content): string {
  return JSON.stringify(content, null, 2);
}

export type Read = { content: Content } | { line?: number; what: string };

/** Read JSON. What is wrong has the line in which it is, where the browser tells. */
export function read(text: string): Read {
  try {
    const content: unknown = JSON.parse(text);
    return isRecord(content) ? { content } : { what: '' };
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    const line = /line (\d+)/.exec(what)?.[1];
    const position = /position (\d+)/.exec(what)?.[1];
    if (line !== undefined) return { line: Number(line), what };
    return position === undefined ? { what } : { line: text.slice(0, Number(position)).split('\n').length, what };
  }
}
