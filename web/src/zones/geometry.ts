/** A corner on a picture: pixels from its top left. */
export type Corner = readonly [number, number];

/** A zone as it is shown on a picture. */
export interface Zone {
  key: string;
  id: string;
  /** What is written in it; the id where it has no name. */
  label?: string;
  purpose: string;
  /** Pixels of the picture it is drawn on; not closed: the last corner joins the first. */
  corners: readonly Corner[];
}

export type ZoneFault = 'crosses' | 'small' | 'outside' | 'name';

const SMALLEST_PX2 = 64;
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}_ .-]{0,63}$/u;

/** Twice the signed area of the triangle a, b, c. */
function turn(a: Corner, b: Corner, c: Corner): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

function between(a: Corner, b: Corner, c: Corner): boolean {
  const inside = (i: 0 | 1) => Math.min(a[i], b[i]) <= c[i] && c[i] <= Math.max(a[i], b[i]);
  return inside(0) && inside(1);
}

/** Whether two closed line segments have a point in common. */
export function meet(a: Corner, b: Corner, c: Corner, d: Corner): boolean {
  const [abc, abd, cda, cdb] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (Math.sign(abc) * Math.sign(abd) < 0 && Math.sign(cda) * Math.sign(cdb) < 0) return true;
  return (
    (abc === 0 && between(a, b, c)) ||
    (abd === 0 && between(a, b, d)) ||
    (cda === 0 && between(c, d, a)) ||
    (cdb === 0 && between(c, d, b))
  );
}

/** Whether the edge of a polygon crosses or touches itself. */
export function crossesItself(corners: readonly Corner[]): boolean {
  const number = corners.length;
  const at = (index: number) => corners[index % number] as Corner;
  for (let i = 0; i < number; i++) {
    for (let j = i + 1; j < number; j++) {
      const neighbours = j === i + 1 || (i === 0 && j === number - 1);
      if (!neighbours && meet(at(i), at(i + 1), at(j), at(j + 1))) return true;
    }
  }
  return false;
}

/** Area of a polygon in square pixels, whichever way round it runs. */
export function areaPx2(corners: readonly Corner[]): number {
  let twice = 0;
  corners.forEach((corner, index) => {
    const next = corners[(index + 1) % corners.length] as Corner;
    twice += corner[0] * next[1] - next[0] * corner[1];
  });
  return Math.abs(twice) / 2;
}

/** What is wrong with a zone among the zones of a picture of a size. */
export function zoneFaults(zone: Zone, all: readonly Zone[], [width, height]: readonly [number, number]): ZoneFault[] {
  const faults: ZoneFault[] = [];
  if (!NAME.test(zone.id) || all.some((other) => other.key !== zone.key && other.id === zone.id)) faults.push('name');
  // First whether it crosses: the two halves of a bow tie cancel each other, so it looks small.
  if (zone.corners.length >= 3 && crossesItself(zone.corners)) faults.push('crosses');
  else if (zone.corners.length < 3 || areaPx2(zone.corners) < SMALLEST_PX2) faults.push('small');
  if (zone.corners.some(([x, y]) => x < 0 || y < 0 || x > width || y > height)) faults.push('outside');
  return faults;
}

/** The corners on a picture of another size. */
export function scaled(corners: readonly Corner[], from: readonly [number, number], to: readonly [number, number]): Corner[] {
  return corners.map(([x, y]) => [(x * to[0]) / from[0], (y * to[1]) / from[1]] as const);
}

/** The corners, none of them outside of the picture. */
export function inside(corners: readonly Corner[], [width, height]: readonly [number, number]): Corner[] {
  return corners.map(([x, y]) => [Math.min(Math.max(x, 0), width), Math.min(Math.max(y, 0), height)] as const);
}

/** A point in the middle of the longest edge: where one more corner does least harm. */
export function cornerMore(corners: readonly Corner[]): Corner[] {
  let longest = 0;
  let after = 0;
  corners.forEach((corner, index) => {
    const next = corners[(index + 1) % corners.length] as Corner;
    const length = Math.hypot(next[0] - corner[0], next[1] - corner[1]);
    if (length > longest) [longest, after] = [length, index];
  });
  const [from, to] = [corners[after] as Corner, corners[(after + 1) % corners.length] as Corner];
  return corners.toSpliced(after + 1, 0, [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]);
}

/** How far the corners have moved at most, in pixels; undefined when their number differs. */
export function largestMove(before: readonly Corner[], after: readonly Corner[]): number | undefined {
  if (before.length !== after.length) return undefined;
  return Math.max(0, ...before.map(([x, y], index) => Math.hypot(x - (after[index]?.[0] ?? x), y - (after[index]?.[1] ?? y))));
}
