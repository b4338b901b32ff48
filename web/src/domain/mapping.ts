import { isRecord, type Content } from './documents';

export const SOURCES = ['from', 'value', 'code', 'fields', 'each'] as const;
export type Source = (typeof SOURCES)[number];

/** Where a field of a mapping comes from. */
export function sourceOf(rule: Content): Source {
  return SOURCES.find((each) => each in rule) ?? 'from';
}

const DRESS: readonly string[] = ['words', 'translate', 'time', 'template', 'default'];
const BEGINNING: Record<Source, () => Content> = {
  from: () => ({ from: '' }),
  value: () => ({ value: '' }),
  code: () => ({ code: { scheme: 'gbt30428' } }),
  fields: () => ({ fields: { '': { from: '' } } }),
  each: () => ({ each: 'data.evidence', item: { fields: { '': { from: '' } } } }),
};

/** A field that comes from elsewhere; how its value is written stays where it can. */
export function withSource(rule: Content, source: Source): Content {
  const dressed = source === 'from' || source === 'code' ? Object.entries(rule).filter(([key]) => DRESS.includes(key)) : [];
  return { ...BEGINNING[source](), ...Object.fromEntries(dressed) };
}

/** A value of a file as it is typed: JSON where it is some, text otherwise. */
export function typed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** A value as one would type it: a text that would be read as something else stands in quotes. */
export function asTyped(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' && typed(value) === value ? value : JSON.stringify(value);
}

/** `dispatched = 20`, a line each. */
export function linesOf(pairs: unknown): string {
  return isRecord(pairs) ? Object.entries(pairs).map(([from, to]) => `${from} = ${asTyped(to)}`).join('\n') : '';
}

/** What the lines say; undefined where they say nothing. */
export function pairsOf(text: string): Content | undefined {
  const pairs = text.split('\n').flatMap((line) => {
    const [, from, to] = /^\s*(.*?)\s*[=＝]\s*(.*?)\s*$/.exec(line) ?? [];
    return from ? [[from, typed(to ?? '')] as const] : [];
  });
  return pairs.length ? Object.fromEntries(pairs) : undefined;
}

/** Every path of an event that has a value of its own, as a mapping names it: rows of a list by their layer where they have one. */
export function pathsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) {
    return value.slice(0, 6).flatMap((each, index) => {
      const layer = isRecord(each) && typeof each.layer === 'string' ? `layer=${each.layer}` : String(index);
      return pathsOf(each, `${path}[${layer}]`);
    });
  }
  if (isRecord(value)) return Object.entries(value).flatMap(([key, each]) => pathsOf(each, path ? `${path}.${key}` : key));
  return [path];
}

/** Lists of an event, and the paths of their members, which begin with a dot. */
export function listsOf(value: unknown, path = ''): { path: string; members: string[] }[] {
  if (Array.isArray(value)) return [{ path, members: [...new Set(value.flatMap((each) => pathsOf(each)))].map((each) => `.${each}`) }];
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, each]) => listsOf(each, path ? `${path}.${key}` : key));
}
