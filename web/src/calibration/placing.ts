import type { BaseMap } from '../api/baseMaps';
import type { LonLat } from './arithmetic';
import { readCoordinates } from './arithmetic';

const NUMBER = /^-?\d{1,12}(\.\d{0,12})?([eE][-+]?\d{1,3})?$/;

/** The six numbers of a world file, with commas; undefined where it is none. */
export function readWorldFile(text: string): string | undefined {
  const numbers = text.trim().split(/[\s,;]+/);
  return numbers.length === 6 && numbers.every((each) => NUMBER.test(each)) ? numbers.join(',') : undefined;
}

/** Three corners as the node takes them; undefined while one of them is no pair of numbers. */
export function writeCorners(texts: readonly string[]): string | undefined {
  const pairs = texts.map((text) => pairOf(text));
  return texts.length === 3 && pairs.every((pair) => pair !== undefined) ? pairs.join(';') : undefined;
}

/** Longitude and latitude as everywhere, or east and north in metres of a projection. */
function pairOf(text: string): string | undefined {
  const found = readCoordinates(text);
  if (found) return `${found.lon},${found.lat}`;
  const [x, y, ...more] = text.trim().split(/[\s,;，；]+/);
  return x && y && more.length === 0 && NUMBER.test(x) && NUMBER.test(y) ? `${x},${y}` : undefined;
}

/** The smallest picture that shows a place. */
export function baseMapAt(maps: readonly BaseMap[], { lon, lat }: LonLat): BaseMap | undefined {
  const area = ({ extent_m: [west, south, east, north] }: BaseMap) => (east - west) * (north - south);
  return maps
    .filter(({ bounds_lonlat: [west, south, east, north] }) => west <= lon && lon <= east && south <= lat && lat <= north)
    .sort((a, b) => area(a) - area(b))[0];
}
