import type { CameraFile, ZonePart } from '../camera/file';
import type { Kept } from '../camera/draft';
import type { Rule } from '../zones/needs';

export const KERB: ZonePart = {
  id: 'kerb',
  purpose: 'no_parking',
  resolution_wh: [640, 360],
  polygon_px: [[10, 10], [110, 10], [110, 60]],
};

/** A camera's file with one zone. */
export const FILE: CameraFile = {
  id: 'gate',
  names: { en: 'Gate', zh: '大门' },
  source: { url: 'sim://parking?seed=7' },
  watch: { mode: 'continuous', look_interval_s: 2 },
  position: { lon: 114.13, lat: 22.54, crs: 'EPSG:4326', error_m: 20 },
  calibration: null,
  zones: [KERB],
  matters: null,
  overrides: {},
};

export function kept(version: number, file: CameraFile = FILE, changedBy = 'wang'): Kept {
  return { file, version, etag: `"${version}"`, changedAt: '2026-11-22T02:00:00Z', changedBy, note: '' };
}

const CLOSURE = { closure_looks: 3, closure_interval_s: 20, closure_patience_s: 900 };

export const RULES: Rule[] = [
  { matter: 'illegal_parking', kind: 'dwell', zones: ['no_parking'], outside: [], classes: ['car'], values: { dwell_s: 300, stopped_s: 30, min_confidence: 0.35 }, ...CLOSURE },
  { matter: 'litter_exposed', kind: 'residue', zones: ['pavement', 'frontage'], outside: [], classes: ['garbage'], values: { dwell_s: 120 }, ...CLOSURE },
  { matter: 'bike_disorder', kind: 'density', zones: ['pavement'], outside: ['bike_bay'], classes: ['bicycle'], values: { dwell_s: 60, min_count: 3, min_share: null }, ...CLOSURE },
];
