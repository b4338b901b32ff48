import type { ZonePart } from '../camera/file';
import { scaled, type Zone } from './geometry';

/** Zones of a camera's file as they are shown on a picture of a size, the place in the file as their key. */
export function shownZones(zones: readonly ZonePart[], size: readonly [number, number], language: 'zh' | 'en'): Zone[] {
  return zones.map((zone, index) => ({
    key: String(index),
    id: zone.id,
    label: zone.names?.[language] || zone.id,
    purpose: zone.purpose,
    corners: scaled(zone.polygon_px, zone.resolution_wh, size),
  }));
}
