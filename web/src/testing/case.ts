import type { CaseDetail } from '../api/client';

/** A case as the node tells it, with a report and no pictures. */
export function caseOf(change: Partial<CaseDetail> = {}): CaseDetail {
  return {
    case_id: 'case-a', matter: 'litter_exposed', state: 'accepted', version: 3, opened_at: '2026-11-22T02:00:00Z', updated_at: '2026-11-22T02:05:00Z',
    event_ids: ['e'], camera_ids: ['gate'], location: { lon: 114, lat: 22, error_m: 2 }, grid: [], department: 'sanitation', level: 'major', deadlines: [],
    events: [], history: [], verifications: [], looks: [], legal_actions: [], ...change,
  } as unknown as CaseDetail;
}
