import type { PointPart } from '../camera/file';

export interface LonLat {
  lon: number;
  lat: number;
}

const EARTH_M = 6_371_008.8;
const DEGREE = Math.PI / 180;

/** Metres between two places a short way apart. */
export function distanceM(one: LonLat, other: LonLat): number {
  const east = (other.lon - one.lon) * DEGREE * Math.cos(((one.lat + other.lat) / 2) * DEGREE);
  const north = (other.lat - one.lat) * DEGREE;
  return EARTH_M * Math.hypot(east, north);
}

/**
 * Read a place that somebody has copied: `114.13, 22.54`, `22.54N 114.13E`, `114°07'48"E 22°32'24"N`. Longitude first
 * where nothing says which is which, unless only the other order is possible. Undefined when it is none.
 */
export function readCoordinates(text: string): LonLat | undefined {
  const found = [...text.matchAll(/(-?\d+(?:\.\d+)?)(?:\s*°\s*(?:(\d+(?:\.\d+)?)\s*['′]\s*)?(?:(\d+(?:\.\d+)?)\s*["″]\s*)?)?\s*([NSEWnsew])?/g)];
  if (found.length !== 2) return undefined;
  const read = found.map(([, degrees = '', minutes = '0', seconds = '0', side = '']) => {
    const size = Math.abs(Number(degrees)) + Number(minutes) / 60 + Number(seconds) / 3600;
    const sign = degrees.startsWith('-') !== /[sw]/i.test(side) ? -1 : 1;
    return { value: sign * size, axis: /[ns]/i.test(side) ? 'lat' : /[ew]/i.test(side) ? 'lon' : undefined };
  });
  const [first, second] = read as [(typeof read)[number], (typeof read)[number]];
  const latFirst = first.axis === 'lat' || second.axis === 'lon' || (first.axis === undefined && second.axis === undefined && Math.abs(second.value) > 90);
  const [lon, lat] = latFirst ? [second.value, first.value] : [first.value, second.value];
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? { lon: rounded(lon), lat: rounded(lat) } : undefined;
}

/** Nine decimals: a tenth of a millimetre, and no digits that only a computer has made. */
export function rounded(degrees: number): number {
  return Math.round(degrees * 1e9) / 1e9;
}

/** Points as they lie on a picture of another size. */
export function scaledPoints(points: readonly PointPart[], from: readonly [number, number], to: readonly [number, number]): PointPart[] {
  const round = (value: number) => Math.round(value * 10) / 10;
  return points.map((point) => ({ ...point, px: [round((point.px[0] * to[0]) / from[0]), round((point.px[1] * to[1]) / from[1])] }));
}

export type Lacking = 'near' | 'far' | 'left' | 'right';

/**
 * Say on which sides of the picture points are missing. The ground's picture is taken from the points themselves and
 * from the zones' corners, whose upper edge says how far away anything is watched.
 */
export function lackingSides(points: readonly PointPart[], watched: readonly (readonly [number, number])[], size: readonly [number, number]): Lacking[] {
  const [width, height] = size;
  const marks = points.map(({ px }) => px);
  if (marks.length === 0) return [];
  const reach = (axis: 0 | 1, of: readonly (readonly [number, number])[]) => [Math.min(...of.map((each) => each[axis])), Math.max(...of.map((each) => each[axis]))] as const;
  const ground = watched.length > 0 ? watched : ([[0, height / 3], [width, height]] as const);
  const [[left, right], [top, bottom]] = [reach(0, ground), reach(1, ground)];
  const [[firstX, lastX], [firstY, lastY]] = [reach(0, marks), reach(1, marks)];
  const lacking: Lacking[] = [];
  // A third of the watched ground beyond the outermost point is guessed rather than measured.
  if (bottom - lastY > (bottom - top) / 3) lacking.push('near');
  if (firstY - top > (bottom - top) / 3) lacking.push('far');
  if (firstX - left > (right - left) / 3) lacking.push('left');
  if (right - lastX > (right - left) / 3) lacking.push('right');
  return lacking;
}

/** The root of the mean square: what residuals come to together. */
export function meanSquare(values: readonly number[]): number {
  return values.length === 0 ? 0 : Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

/** A point cannot be shown more exactly: what is off by less says nothing. */
const CLICK_PX = 1;

/** The index of the point that is most off, where it stands out: by more than a click, and twice what the others come to together. */
export function outlier(offPx: readonly number[]): number | undefined {
  if (offPx.length < 3) return undefined;
  const worst = offPx.indexOf(Math.max(...offPx));
  const others = meanSquare(offPx.filter((_, index) => index !== worst));
  return (offPx[worst] ?? 0) > Math.max(2 * others, CLICK_PX) ? worst : undefined;
}
