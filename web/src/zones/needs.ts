import type { CameraFile } from '../camera/file';
import { spelled } from '../drafting/merge';

/** When a matter is an incident, as the node tells it. */
export interface Rule {
  matter: string;
  kind: string;
  zones: string[];
  outside: string[];
  classes: string[];
  values: Record<string, number | null>;
  closure_looks: number;
  closure_interval_s: number;
  closure_patience_s: number;
}

/** What does not fit together between zones and matters. */
export type Mismatch =
  /** A matter is named, and there is no zone in which it could run. */
  | { kind: 'lacks'; matter: string; purposes: string[] }
  /** No matter that runs here uses this zone; `matters` are those that would. */
  | { kind: 'idle'; zone: string; purpose: string; matters: string[] }
  /** Values are given for a matter that does not run. */
  | { kind: 'unused'; matter: string }
  /** Nothing at all is watched for. */
  | { kind: 'nothing'; purposes: string[] };

/** The matters that run on a camera: those named, or all, whose zones it has. */
export function running(file: CameraFile, rules: readonly Rule[]): Rule[] {
  const purposes = new Set(file.zones.map(({ purpose }) => purpose));
  const named = file.matters;
  return rules.filter(
    (rule) => (!named || named.includes(rule.matter)) && rule.zones.some((purpose) => purposes.has(purpose)),
  );
}

/** Say where zones and matters do not fit together; empty when they do. */
export function mismatches(file: CameraFile, rules: readonly Rule[]): Mismatch[] {
  const runs = running(file, rules);
  const used = new Set(runs.flatMap((rule) => [...rule.zones, ...rule.outside]));
  const named = rules.filter(({ matter }) => file.matters?.includes(matter));
  const found: Mismatch[] = [];
  if (runs.length === 0 && file.matters?.length !== 0) {
    const wanted = file.matters ? named : rules;
    found.push({ kind: 'nothing', purposes: [...new Set(wanted.flatMap((rule) => rule.zones))] });
  } else {
    for (const rule of named) if (!runs.includes(rule)) found.push({ kind: 'lacks', matter: rule.matter, purposes: rule.zones });
  }
  for (const zone of file.zones) {
    if (used.has(zone.purpose)) continue;
    const matters = rules.filter((rule) => rule.zones.includes(zone.purpose)).map(({ matter }) => matter);
    found.push({ kind: 'idle', zone: zone.id, purpose: zone.purpose, matters });
  }
  for (const [matter, override] of Object.entries(file.overrides)) {
    const runsHere = runs.some((rule) => rule.matter === matter);
    if (!runsHere && spelled(override) !== '{}') found.push({ kind: 'unused', matter });
  }
  return found;
}
