import type { CameraFile, OverridePart, ZonePart } from '../camera/file';
import { spelled } from '../drafting/merge';
import { scaled, type Corner } from './geometry';

type Size = readonly [number, number];

function rounded(corners: readonly Corner[]): Corner[] {
  return corners.map(([x, y]) => [Math.round(x * 10) / 10, Math.round(y * 10) / 10] as const);
}

function withZones(file: CameraFile, zones: ZonePart[]): CameraFile {
  return { ...file, zones };
}

export function addZone(file: CameraFile, corners: readonly Corner[], size: Size, purpose: string): CameraFile {
  const zone: ZonePart = { id: freeId(file.zones), purpose, resolution_wh: [size[0], size[1]], polygon_px: rounded(corners) };
  return withZones(file, [...file.zones, zone]);
}

/** Gives a zone other corners, marked on a picture of a size. */
export function shapeZone(file: CameraFile, index: number, corners: readonly Corner[], size: Size): CameraFile {
  return changeZone(file, index, { polygon_px: rounded(corners), resolution_wh: [size[0], size[1]] });
}

export function changeZone(file: CameraFile, index: number, values: Partial<ZonePart>): CameraFile {
  return withZones(
    file,
    file.zones.map((zone, at) => (at === index ? { ...zone, ...values } : zone)),
  );
}

export function removeZone(file: CameraFile, index: number): CameraFile {
  return withZones(
    file,
    file.zones.filter((_, at) => at !== index),
  );
}

/** Takes zones of another camera over, fitted to this picture's size. One whose id is taken gets a free one. */
export function pasteZones(file: CameraFile, zones: readonly ZonePart[], size: Size): CameraFile {
  return zones.reduce((pasted, zone) => {
    const isTaken = pasted.zones.some(({ id }) => id === zone.id);
    const corners = rounded(scaled(zone.polygon_px, zone.resolution_wh, size));
    const copy: ZonePart = {
      ...zone,
      id: isTaken ? freeId(pasted.zones, zone.id) : zone.id,
      resolution_wh: [size[0], size[1]],
      polygon_px: corners,
    };
    return withZones(pasted, [...pasted.zones, copy]);
  }, file);
}

/** An id that no zone has yet. */
export function freeId(zones: readonly { id: string }[], begin = 'zone'): string {
  for (let number = begin === 'zone' ? 1 : 2; ; number++) {
    const id = `${begin}-${number}`;
    if (zones.every((zone) => zone.id !== id)) return id;
  }
}

/** Gives a camera its own values for a matter; what is null is the matter's again. */
export function withOverride(file: CameraFile, matter: string, values: OverridePart): CameraFile {
  const next = { ...file.overrides[matter], ...values };
  const others = Object.entries(file.overrides).filter(([code]) => code !== matter);
  return { ...file, overrides: Object.fromEntries(spelled(next) === '{}' ? others : [...others, [matter, next]]) };
}

/** Puts a matter on the list of those that run here, or takes it off it. */
export function withMatter(file: CameraFile, matter: string, runs: boolean): CameraFile {
  const named = (file.matters ?? []).filter((each) => each !== matter);
  return { ...file, matters: runs ? [...named, matter] : named };
}
