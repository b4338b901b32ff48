import createClient from 'openapi-fetch';
import type { Readable } from 'openapi-typescript-helpers';

import type { components, paths } from './schema';
import { fetchAsCaller } from './session';

export type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];
export type CaseItem = Schemas['CaseItem'];
export type CaseCounts = Schemas['CaseCounts'];
export type CaseDetail = Schemas['CaseDetail'];
export type CaseState = Schemas['CaseState'];
export type Due = Schemas['Due'];
export type CameraItem = Schemas['CameraItem'];
export type CameraState = Schemas['CameraState'];
export type FaultType = Schemas['FaultType'];
export type EventItem = Schemas['EventItem'];
export type Evidence = Schemas['Evidence'];
export type HistoryItem = Schemas['HistoryItem'];
export type Verification = Schemas['VerificationItem'];
export type Verdict = Schemas['Verdict'];
export type Resolution = Schemas['Resolution'];
export type Action = Schemas['Action'];
export type PersonAction = Schemas['PersonAction'];
export type PersonRole = Schemas['PersonRole'];
export type Me = Schemas['Me'];
export type SignedIn = Schemas['SignedIn'];
export type SignedOut = Schemas['SignedOut'];
export type OtherSignIn = Schemas['OtherSignIn'];
export type MoveItem = Schemas['MoveItem'];
export type Deadline = Schemas['Deadline'];
export type ZoneItem = Schemas['ZoneItem'];
export type LookItem = Schemas['LookItem'];
export type Seen = Schemas['CurrentDetections'];
export type Sight = Schemas['ViewItem'];
export type CityItem = Schemas['CityItem'];
export type OverviewItem = Schemas['OverviewItem'];
export type Page<T> = { items: T[]; next?: string | null };
export type CellLoad = Schemas['CellLoadItem'];
export type Indicators = Schemas['Indicators'];
export type IndicatorRow = Schemas['RowItem'];
export type CameraScores = Schemas['CameraScores'];
export type CameraScore = Schemas['CameraScoreItem'];
export type Series = Schemas['Series'];
export type AccountRole = Schemas['AccountRole'];
export type RoleItem = Schemas['RoleItem'];
export type UserItem = Schemas['UserItem'];
export type UserWithPassword = Schemas['UserWithPassword'];
export type KeyItem = Schemas['dispatch__api__schemas_accounts__KeyItem'];
export type KeyWithSecret = Schemas['KeyWithSecret'];
export type AuditItem = Schemas['AuditItem'];
export type Webhook = Schemas['WebhookItem'];
export type WebhookWithKey = Schemas['WebhookWithKey'];
export type Delivery = Schemas['DeliveryItem'];
export type ProfileState = Schemas['ProfileState'];
export type Order = Schemas['OrderItem'];
export type HotSpot = Schemas['HotSpotItem'];
export type MatterItem = Schemas['MatterItem'];
export type ModelList = Schemas['ModelList'];
export type ModelItem = Schemas['ModelItem'];
export type ModelPage = Schemas['ModelPage'];
export type ModelComparison = Schemas['ModelComparison'];
export type GateDecision = Schemas['GateDecisionItem'];
export type MatterDetail = Schemas['MatterDetail'];

/** The server answered with a problem, or did not answer (`status` 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly what: string,
    readonly remedy: string,
    /** The whole answer: some problems say more than what and remedy. */
    readonly details?: unknown,
  ) {
    super(what || title);
    this.name = 'ApiError';
  }

  /** What it says in a language; in English where the node has no words in the other. */
  told(language: 'zh' | 'en'): Pick<Problem, 'title' | 'what' | 'remedy'> {
    const { title, what, remedy } = this;
    if (language === 'en' || !isProblem(this.details)) return { title, what, remedy };
    const { title_zh: titleZh, what_zh: whatZh, remedy_zh: remedyZh } = this.details;
    return { title: titleZh || title, what: whatZh || what, remedy: remedyZh || remedy };
  }
}

export const client = createClient<paths>({ baseUrl: location.origin, fetch: fetchAsCaller });

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'what' in value && 'title' in value;
}

/** Wait for an answer and return its data as the type that is named, which it must be. Every failure becomes an `ApiError`. */
export async function answer<T = never>(asked: Promise<Answered<Readable<NoInfer<T>>>>): Promise<T> {
  let answered: Answered<Readable<T>>;
  try {
    answered = await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, '', '', '');
  }
  const { data, error, response } = answered;
  if (response.ok) return data as unknown as T;
  if (isProblem(error)) throw new ApiError(response.status, error.title, error.what, error.remedy, error);
  throw new ApiError(response.status, response.statusText, '', '');
}

/** The header that makes a write fail when somebody has changed since what it is about. */
export function seen(version: number): { 'if-match': string } {
  return { 'if-match': `"${version}"` };
}

/** The address of a stored picture, looked at for a case: the node notes who looks at what and why. */
export function evidenceUrl(evidence: Pick<Evidence, 'key'>, caseId: string): string {
  const key = evidence.key.split('/').map(encodeURIComponent).join('/');
  return `/api/v1/evidence/${key}?case=${encodeURIComponent(caseId)}&purpose=console`;
}

/** The address of a camera's latest picture; `look` changes when there is a newer one. None where it never looked. */
export function snapshotUrl(cameraId: string, look: string | null | undefined): string | undefined {
  if (!look) return undefined;
  return `/api/v1/cameras/${encodeURIComponent(cameraId)}/snapshot?look=${encodeURIComponent(look)}`;
}
