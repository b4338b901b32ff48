import type { ClipChoice, ClipMeans, ComparedClip, ComparedRow } from '../api/comparisons';

export type Side = 'first' | 'second';
export type Verdict = 'found' | 'missed' | 'false' | 'reported' | 'silent';

/** What one model made of a row: by the ground truth where there is one, else only whether it reported. */
export function verdictOf(row: Pick<ComparedRow, Side | 'is_incident'>, side: Side): Verdict {
  const reported = row[side] !== null;
  if (row.is_incident === null) return reported ? 'reported' : 'silent';
  if (row.is_incident) return reported ? 'found' : 'missed';
  return reported ? 'false' : 'silent';
}

export type Tally = Record<Verdict, number>;

/** How often a model did what on some recordings. */
export function tally(clips: readonly ComparedClip[], side: Side): Tally {
  const counted: Tally = { found: 0, missed: 0, false: 0, reported: 0, silent: 0 };
  for (const { rows } of clips) for (const row of rows) counted[verdictOf(row, side)] += 1;
  return counted;
}

export interface Choice extends ClipChoice {
  key: string;
  kind: 'clip' | 'recent' | 'recording';
  /** Minutes that are kept, of the latest ones. */
  kept?: number;
}

const LAST_MINUTES = 60;

/** Everything that can be chosen: known clips, the latest minutes of cameras, each recording with a camera's rules. */
export function choices(means: ClipMeans, recordingCamera: string | undefined): Choice[] {
  const base = { recording_id: null, minutes: null };
  return [
    ...means.clips.map((id) => ({ ...base, key: `clip ${id}`, kind: 'clip' as const, camera_id: id })),
    ...means.recent.map(({ camera_id: id, recent_s: seconds }) => ({
      ...base, key: `recent ${id}`, kind: 'recent' as const, camera_id: id, minutes: LAST_MINUTES, kept: seconds / 60,
    })),
    ...(recordingCamera === undefined ? [] : means.recordings).map(({ recording_id: id }) => ({
      ...base, key: `recording ${id}`, kind: 'recording' as const, camera_id: recordingCamera ?? '', recording_id: id,
    })),
  ];
}
