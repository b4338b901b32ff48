import type { CameraState, CaseState, FaultType, Resolution } from '../api/client';

/** The parts of the streams' messages that the console shows (`/api/v1/asyncapi.json` describes them whole). */
export interface CaseChanged {
  case_id: string;
  sequence: number;
  matter: string;
  state_from: CaseState | null;
  state: CaseState;
  action: string;
  actor: string;
  reason: string;
  resolution: Resolution | null;
  camera_ids: string[];
  department: string;
}

export interface LookAgain {
  case_id: string;
  camera_id: string;
  matter: string;
}

export interface HealthChanged {
  camera_id: string;
  state: CameraState;
  fault: FaultType | null;
  detail: string;
}

export type LiveMessage = { id: number; time: string } & (
  | { kind: 'case'; data: CaseChanged }
  | { kind: 'verification'; data: LookAgain }
  | { kind: 'camera'; data: HealthChanged }
);

export const KINDS = ['case', 'verification', 'camera'] as const;

/** Return the message of one server-sent event; undefined when it is none that is known. */
export function readMessage(kind: (typeof KINDS)[number], id: string, text: string): LiveMessage | undefined {
  const number = Number(id);
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Number.isSafeInteger(number) || typeof event !== 'object' || event === null) return undefined;
  const { time, data } = event as { time?: unknown; data?: unknown };
  if (typeof time !== 'string' || typeof data !== 'object' || data === null) return undefined;
  return { id: number, time, kind, data } as LiveMessage;
}
