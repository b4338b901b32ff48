import { isOfTheMap, WGS84 } from '../domain/crs';
import { isRecord, type Content } from '../domain/documents';
import { areaPx2, crossesItself, type Corner } from '../zones/geometry';

/** A part of the city as a document has it: a polygon with its coordinate system, or beginnings of cell codes. */
export interface Region {
  corners: readonly Corner[];
  crs: string | undefined;
  cells: readonly string[];
}

export const NO_REGION: Region = { corners: [], crs: undefined, cells: [] };

function isCorner(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length >= 2 && value.slice(0, 2).every((each) => typeof each === 'number' && Number.isFinite(each));
}

export function regionOf(value: unknown): Region {
  if (!isRecord(value)) return NO_REGION;
  const polygon = Array.isArray(value.polygon) ? value.polygon.filter(isCorner) : [];
  const cells = Array.isArray(value.cells) ? value.cells.filter((each): each is string => typeof each === 'string') : [];
  return { corners: polygon.map(([x, y]) => [x, y] as const), crs: typeof value.crs === 'string' ? value.crs : undefined, cells };
}

/** What the document says of a region; undefined where there is none. */
export function saidOf({ corners, crs, cells }: Region): Content | undefined {
  if (corners.length) return { crs: crs ?? WGS84, polygon: corners.map((corner) => [...corner]) };
  return cells.length ? { cells: [...cells] } : undefined;
}

/** Whether the corners are longitudes and latitudes as the map has them. */
export function isOnTheMap({ crs }: Region): boolean {
  return isOfTheMap(crs);
}

export type RegionFault = 'few' | 'crosses' | 'flat' | 'outside';

/** What is wrong with the corners of a region, if anything. */
export function faultOf(corners: readonly Corner[]): RegionFault | undefined {
  if (corners.length === 0) return undefined;
  if (new Set(corners.map(String)).size < 3) return 'few';
  if (corners.some(([lon, lat]) => Math.abs(lon) > 180 || Math.abs(lat) > 90)) return 'outside';
  // First whether it crosses: the two halves of a bow tie cancel each other, so it looks flat.
  if (crossesItself(corners)) return 'crosses';
  return areaPx2(corners) === 0 ? 'flat' : undefined;
}

/** Seven decimals: a centimetre. */
export function placed(lon: number, lat: number): Corner {
  return [Math.round(lon * 1e7) / 1e7, Math.round(lat * 1e7) / 1e7];
}

export type PasteFault = 'json' | 'polygon' | 'several' | 'holes';

/** The corners of the one polygon that a GeoJSON text holds. */
export function fromGeoJson(text: string): { corners: Corner[] } | { fault: PasteFault } {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return { fault: 'json' };
  }
  const polygons = polygonsIn(said);
  const [rings] = polygons;
  if (rings === undefined) return { fault: 'polygon' };
  if (polygons.length > 1) return { fault: 'several' };
  if (rings.length > 1) return { fault: 'holes' };
  const corners = (Array.isArray(rings[0]) ? rings[0] : []).filter(isCorner).map(([lon, lat]) => placed(lon, lat));
  const closed = corners.length > 1 && String(corners[0]) === String(corners.at(-1));
  const open = closed ? corners.slice(0, -1) : corners;
  return open.length < 3 ? { fault: 'polygon' } : { corners: open };
}

/** The rings of every polygon in a geometry, a feature or a collection. */
function polygonsIn(said: unknown): unknown[][] {
  if (!isRecord(said)) return [];
  if (said.type === 'FeatureCollection' && Array.isArray(said.features)) return said.features.flatMap(polygonsIn);
  if (said.type === 'GeometryCollection' && Array.isArray(said.geometries)) return said.geometries.flatMap(polygonsIn);
  if (said.type === 'Feature') return polygonsIn(said.geometry);
  if (!Array.isArray(said.coordinates)) return [];
  if (said.type === 'Polygon') return [said.coordinates as unknown[]];
  return said.type === 'MultiPolygon' ? (said.coordinates as unknown[][]) : [];
}
