import * as merging from '../drafting/merge';
import { spelled } from '../drafting/merge';
import type { Corner } from '../zones/geometry';

/** A camera's file, as the node keeps it (`docs/configuration.md` describes every key). */
export interface CameraFile {
  id: string;
  names: Names;
  source: SourcePart;
  watch: WatchPart;
  position: PositionPart;
  calibration?: CalibrationPart | null;
  zones: ZonePart[];
  /** null: all matters whose zones exist. */
  matters?: string[] | null;
  overrides: Record<string, OverridePart>;
}

export interface Names {
  en: string;
  zh: string;
}

export interface SourcePart {
  url: string;
  fps?: number | null;
  credentials?: string | null;
  connect_timeout_s?: number;
  read_timeout_s?: number;
}

export interface WatchPart {
  mode: 'continuous' | 'patrol';
  look_interval_s: number;
  busy_interval_s?: number | null;
}

export interface PositionPart {
  lon: number;
  lat: number;
  crs: string;
  error_m: number;
}

export interface PointPart {
  px: [number, number];
  lon: number;
  lat: number;
}

export interface CalibrationPart {
  resolution_wh: [number, number];
  crs: string;
  points: PointPart[];
}

export interface ZonePart {
  id: string;
  purpose: string;
  names?: Names | null;
  resolution_wh: [number, number];
  polygon_px: Corner[];
}

export interface ClosurePart {
  looks: number;
  interval_s: number;
  patience_s: number;
}

export type OverridePart = Partial<Record<OverrideKey, number | null>> & { closure?: ClosurePart | null };

export const OVERRIDE_KEYS = ['dwell_s', 'stopped_s', 'min_confidence', 'min_count', 'min_share'] as const;
export type OverrideKey = (typeof OVERRIDE_KEYS)[number];

/** What can be changed and compared by itself: `zone KERB` and `override MATTER` name which. */
export type PartKey = 'names' | 'source' | 'watch' | 'position' | 'calibration' | 'matters' | `zone ${string}` | `override ${string}`;

const SINGLE = ['names', 'source', 'watch', 'position', 'calibration', 'matters'] as const;

/** The parts of a camera's file, by name. A part that is null is absent. */
export function partsOf(file: CameraFile): Map<PartKey, unknown> {
  const parts = new Map<PartKey, unknown>();
  for (const key of SINGLE) if (file[key] !== null && file[key] !== undefined) parts.set(key, file[key]);
  for (const zone of file.zones) parts.set(`zone ${zone.id}`, zone);
  for (const [matter, override] of Object.entries(file.overrides)) {
    if (spelled(override) !== '{}') parts.set(`override ${matter}`, override);
  }
  return parts;
}

export type Difference = merging.Difference<PartKey>;

/** What differs between two files, in the order of the file. A part that is null is absent. */
export function differences(before: CameraFile, after: CameraFile): Difference[] {
  return merging.differencesOf(partsOf(before), partsOf(after));
}

function withParts(file: CameraFile, changed: ReadonlyMap<PartKey, unknown>): CameraFile {
  const next: CameraFile = { ...file, zones: [...file.zones], overrides: { ...file.overrides } };
  for (const [part, value] of changed) {
    if (part.startsWith('zone ')) {
      const at = next.zones.findIndex(({ id }) => `zone ${id}` === part);
      const zone = value as ZonePart | undefined;
      next.zones.splice(at < 0 ? next.zones.length : at, at < 0 ? 0 : 1, ...(zone ? [zone] : []));
    } else if (part.startsWith('override ')) {
      const matter = part.slice('override '.length);
      const others = Object.entries(next.overrides).filter(([code]) => code !== matter);
      next.overrides = Object.fromEntries(value === undefined ? others : [...others, [matter, value as OverridePart]]);
    } else {
      Object.assign(next, { [part]: value ?? null });
    }
  }
  return next;
}

/** How a camera's file is changed part by part, also by two people. */
export const SHAPE: merging.Shape<CameraFile, PartKey> = { differences, withParts };

/** Put two changes of one file together. */
export function merge(base: CameraFile, mine: CameraFile, theirs: CameraFile): merging.Merged<CameraFile, PartKey> {
  return merging.merge(SHAPE, base, mine, theirs);
}
