export const WGS84 = 'EPSG:4326';
/** The same as WGS84 within decimetres here. */
const OF_THE_MAP: readonly (string | undefined)[] = [undefined, WGS84, 'EPSG:4490'];

/** Whether coordinates in a system are longitudes and latitudes as the map has them; none given: WGS84. */
export function isOfTheMap(crs: string | undefined): boolean {
  return OF_THE_MAP.includes(crs);
}
