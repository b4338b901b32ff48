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

/** One spelling of a value: keys in order, what is null left out. Two values are the same when theirs is. */
export function spelled(value: unknown): string {
  return JSON.stringify(value ?? null, (_, each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    const known = Object.entries(each).filter(([, inner]) => inner !== null && inner !== undefined);
    return Object.fromEntries(known.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

export function isSame(one: CameraFile, other: CameraFile): boolean {
  return differences(one, other).length === 0;
}

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

export interface Difference {
  part: PartKey;
  before: unknown;
  after: unknown;
}

/** What differs between two files, in the order of the file; `before` or `after` is undefined where it is not there. */
export function differences(before: CameraFile, after: CameraFile): Difference[] {
  const [first, second] = [partsOf(before), partsOf(after)];
  return [...new Set([...first.keys(), ...second.keys()])]
    .map((part) => ({ part, before: first.get(part), after: second.get(part) }))
    .filter((each) => spelled(each.before) !== spelled(each.after));
}

/** A part that two people have changed, each in another way. */
export interface Clash {
  part: PartKey;
  mine: unknown;
  theirs: unknown;
}

export interface Merged {
  /** What only I have changed, and what only they have. */
  mine: Difference[];
  theirs: Difference[];
  clashes: Clash[];
  /** Both changes together; of each clash the side that is chosen, mine where none is. */
  file: (choose?: (part: PartKey) => 'mine' | 'theirs') => CameraFile;
}

/** Put two changes of one file together. */
export function merge(base: CameraFile, mine: CameraFile, theirs: CameraFile): Merged {
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
