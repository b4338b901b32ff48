/** What differs in one part of a file; `before` or `after` is undefined where the part is not there. */
export interface Difference<P extends string = string> {
  part: P;
  before: unknown;
  after: unknown;
}

/** A part that two people have changed, each in another way. */
export interface Clash<P extends string = string> {
  part: P;
  mine: unknown;
  theirs: unknown;
}

export type Side = 'mine' | 'theirs';

export interface Merged<T, P extends string = string> {
  /** What only I have changed, and what only they have. */
  mine: Difference<P>[];
  theirs: Difference<P>[];
  clashes: Clash<P>[];
  /** Both changes together; of each clash the side that is chosen, mine where none is. */
  file: (choose?: (part: P) => Side) => T;
}

/** How a file is taken into the parts that are changed and compared by themselves, and put together again. */
export interface Shape<T, P extends string = string> {
  /** In the order of the file. */
  differences: (before: T, after: T) => Difference<P>[];
  /** A copy with other parts; undefined takes a part away. */
  withParts: (file: T, changed: ReadonlyMap<P, unknown>) => T;
}

/** One spelling of a value: keys in order, what is null left out. Two values are the same when theirs is. */
export function spelled(value: unknown): string {
  return JSON.stringify(value ?? null, (_, each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    const known = Object.entries(each).filter(([, inner]) => inner !== null && inner !== undefined);
    return Object.fromEntries(known.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Compare two files by their parts. */
export function differencesOf<P extends string>(first: ReadonlyMap<P, unknown>, second: ReadonlyMap<P, unknown>): Difference<P>[] {
  return [...new Set([...first.keys(), ...second.keys()])]
    .map((part) => ({ part, before: first.get(part), after: second.get(part) }))
    .filter((each) => spelled(each.before) !== spelled(each.after));
}

/** Put two changes of one file together. */
export function merge<T, P extends string>({ differences, withParts }: Shape<T, P>, base: T, mine: T, theirs: T): Merged<T, P> {
  const [own, other] = [differences(base, mine), differences(base, theirs)];
  const byOther = new Map(other.map((each) => [each.part, each]));
  const both = own.flatMap((each) => {
    const against = byOther.get(each.part);
    return against && spelled(each.after) !== spelled(against.after)
      ? [{ part: each.part, mine: each.after, theirs: against.after }]
      : [];
  });
  const clashing = new Set(both.map(({ part }) => part));
  return {
    mine: own.filter(({ part }) => !byOther.has(part)),
    theirs: other.filter(({ part }) => !clashing.has(part)),
    clashes: both,
    file: (choose = () => 'mine') => {
      const kept = own.filter(({ part }) => !clashing.has(part) || choose(part) === 'mine');
      return withParts(theirs, new Map(kept.map(({ part, after }) => [part, after])));
    },
  };
}
