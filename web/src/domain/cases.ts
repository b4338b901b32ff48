import type { CameraState, CaseState, Deadline, Evidence, HistoryItem, MoveItem, PersonAction, Verdict } from '../api/client';

/** Colour of the dot before a state: one hue for each thing that somebody has to do. Never the only sign. */
export const STATE_COLOUR: Record<CaseState, string> = {
  reported: '#8c8c8c',
  review: '#d48806',
  grace: '#7cb305',
  not_filed: '#bfbfbf',
  filed: '#1677ff',
  dispatched: '#1677ff',
  accepted: '#08979c',
  handled: '#722ed1',
  verifying: '#722ed1',
  human_check: '#c41d7f',
  rework: '#cf1322',
  returned: '#d4380d',
  suspended: '#8c8c8c',
  closed: '#389e0d',
  voided: '#bfbfbf',
};

export const VERDICT_COLOUR: Record<Verdict, string> = {
  absent: '#389e0d',
  present: '#cf1322',
  inconclusive: '#d48806',
};

export const CAMERA_COLOUR: Record<CameraState | 'silent', string> = {
  watching: '#389e0d',
  degraded: '#d48806',
  blind: '#cf1322',
  paused: '#8c8c8c',
  silent: '#8c8c8c',
};

export const FINAL: readonly CaseState[] = ['not_filed', 'closed', 'voided'];
export const STATES = Object.keys(STATE_COLOUR) as CaseState[];
export const OPEN = STATES.filter((state) => !FINAL.includes(state));
/** States in which the desk waits for somebody in the office. */
export const WAITS_FOR_PERSON: readonly CaseState[] = ['review', 'human_check', 'returned'];
export const BEING_CHECKED: readonly CaseState[] = ['handled', 'verifying'];

export type Tone = 'primary' | 'default' | 'danger';

/** The moves that people make, most welcome first; those that end a case against the camera's word last. */
const TONES = {
  file: 'primary',
  approve: 'primary',
  dispatch: 'primary',
  handle: 'primary',
  resume: 'primary',
  accept: 'default',
  ask_camera: 'default',
  reject: 'default',
  return: 'default',
  extend: 'default',
  suspend: 'default',
  correct: 'default',
  merge_into: 'default',
  undo: 'default',
  note: 'default',
  decline: 'danger',
  force_close: 'danger',
  void: 'danger',
} satisfies Record<PersonAction | 'handle', Tone>;

export type Made = keyof typeof TONES;

/** A move that may be made now. */
export interface Offer {
  action: Made;
  tone: Tone;
  needsReason: boolean;
  /** Further fields that must be given: until, matter, into. */
  needs: readonly string[];
}

/** The moves to offer, of those that the server calls legal now. */
export function offers(legal: readonly MoveItem[]): Offer[] {
  return (Object.keys(TONES) as Made[]).flatMap((action) =>
    legal
      .filter((move) => move.action === action)
      .map((move) => ({ action, tone: TONES[action], needsReason: move.needs_reason, needs: move.needs })),
  );
}

/** The deadline that comes next, of those that run. */
export function nextDeadline(deadlines: readonly Deadline[]): Deadline | undefined {
  return deadlines
    .filter(({ running, due_at: due }) => running && due)
    .sort((a, b) => (a.due_at ?? '').localeCompare(b.due_at ?? ''))[0];
}

/** What people call a case: its id, or the end of a long one. */
export function shortId(caseId: string): string {
  return caseId.length <= 24 ? caseId : `…${caseId.slice(-10)}`;
}

/** Pictures of a case in order of time, each once. */
export function pictures(of: {
  events?: readonly { evidence?: readonly Evidence[] }[];
  history?: readonly { evidence?: readonly Evidence[] }[];
  verifications?: readonly { evidence?: readonly Evidence[] }[];
}): Evidence[] {
  const all = [...(of.events ?? []), ...(of.history ?? []), ...(of.verifications ?? [])].flatMap(
    (part) => part.evidence ?? [],
  );
  const byKey = new Map(all.map((picture) => [picture.key, picture]));
  return [...byKey.values()].sort((a, b) => a.captured_at.localeCompare(b.captured_at));
}

/** The line of the history that tells who added a picture; none for a picture that a camera took. */
export function lineOfPicture(history: readonly HistoryItem[], { key }: Pick<Evidence, 'key'>): HistoryItem | undefined {
  return key.includes('/case-') ? history.find((line) => line.evidence.some((picture) => picture.key === key)) : undefined;
}

/** The pair to compare: the widest picture of the report, and the newest one after it of the same shape. */
export function beforeAndAfter(all: readonly Evidence[]): { before?: Evidence; after?: Evidence } {
  const before = all.find(({ kind }) => kind === 'wide') ?? all.find(({ kind }) => kind !== 'after');
  const later = all.filter(({ kind }) => kind === 'after').reverse();
  const shape = (picture: Evidence) => picture.size_wh[0] / picture.size_wh[1];
  const after = before && later.find((picture) => Math.abs(shape(picture) - shape(before)) < 0.02);
  return { before, after: after ?? later[0] };
}
