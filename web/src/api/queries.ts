import { keepPreviousData, queryOptions, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import {
  answer,
  client,
  seen,
  type CameraItem,
  type CaseCounts,
  type CaseDetail,
  type CaseItem,
  type CaseState,
  type CellLoad,
  type CityItem,
  type Due,
  type EventItem,
  type Evidence,
  type OverviewItem,
  type Page,
  type MoveItem,
} from './client';
import { isDeep, refreshCases } from './caseLists';
import type { Made } from '../domain/cases';

const REFRESH_MS = 15_000;
const FIRST_LOOK_MS = 1_000;
export const PAGE = 100;

/** What narrows a list of cases. */
export interface CaseFilter {
  state?: CaseState[];
  open?: boolean;
  matter?: string;
  camera?: string;
  grid?: string;
  department?: string;
  overdue?: boolean;
  due?: Due;
  /** Each with the picture to know it by. */
  pictures?: boolean;
  since?: string;
  until?: string;
}

/** The names of matters, departments and layers. */
export function useCity() {
  return useQuery({
    queryKey: ['city'],
    queryFn: ({ signal }) => answer<CityItem>(client.GET('/api/v1/city', { signal })),
    staleTime: 600_000,
  });
}

export function useOverview() {
  return useQuery({
    queryKey: ['overview'],
    queryFn: ({ signal }) => answer<OverviewItem>(client.GET('/api/v1/overview', { signal })),
    refetchInterval: REFRESH_MS,
  });
}

const CAMERAS = queryOptions({
  queryKey: ['cameras'],
  queryFn: async ({ signal }) => (await answer<Page<CameraItem>>(client.GET('/api/v1/cameras', { signal }))).items,
  refetchInterval: REFRESH_MS,
});

export function useCameras() {
  return useQuery(CAMERAS);
}

type InBoth = Record<'zh' | 'en', string>;

function namesOf(cameras: readonly CameraItem[]): Record<string, InBoth> {
  return Object.fromEntries(cameras.map((each) => [each.camera_id, { zh: each.name_zh, en: each.name_en }]));
}

/** The names of the cameras by id; the same object while no name changes, whatever the cameras see. */
export function useCameraNames() {
  return useQuery({ ...CAMERAS, select: namesOf });
}

export function useCamera(id: string) {
  return useQuery({
    queryKey: ['cameras', id],
    queryFn: ({ signal }) =>
      answer<CameraItem>(client.GET('/api/v1/cameras/{camera_id}', { params: { path: { camera_id: id } }, signal })),
    // Whoever has just added a camera waits for its first picture.
    refetchInterval: ({ state }) => (state.data && !state.data.last_look_at ? FIRST_LOOK_MS : REFRESH_MS),
  });
}

/** A GeoJSON FeatureCollection of the grid's cells in force. */
export interface GridCollection {
  type: 'FeatureCollection';
  features: object[];
}

export function useGrid(layer: string | undefined) {
  return useQuery({
    queryKey: ['grid', layer],
    queryFn: async ({ signal }) =>
      (await answer<Record<string, unknown>>(
        client.GET('/api/v1/grid', { params: { query: { layer } }, signal }),
      )) as unknown as GridCollection,
    enabled: layer !== undefined,
    staleTime: 600_000,
  });
}

export function useLoads(layer: string | undefined, matter?: string, department?: string, since?: string) {
  return useQuery({
    queryKey: ['load', layer, matter, department, since],
    queryFn: ({ signal }) =>
      answer<CellLoad[]>(client.GET('/api/v1/grid/load', { params: { query: { layer, matter, department, since } }, signal })),
    enabled: layer !== undefined,
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
}

/** Cases, newest first, a page at a time. What changes is put into them as the stream tells it (`refreshCases`). */
export function useCases(filter: CaseFilter, limit = PAGE, enabled = true) {
  return useInfiniteQuery({
    queryKey: ['cases', filter, limit],
    queryFn: ({ pageParam, signal }) =>
      answer<Page<CaseItem>>(
        client.GET('/api/v1/cases', {
          params: { query: { ...filter, limit, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    enabled,
    // A case between pages is not worth reading a hundred pages again: the first pages are what changes.
    maxPages: 150,
    refetchOnWindowFocus: false,
    refetchOnMount: ({ state }) => !isDeep(state.data),
    // No message tells that time has passed.
    refetchInterval: ({ state }) => (filter.overdue || filter.due) && !isDeep(state.data) ? 4 * REFRESH_MS : false,
  });
}

/** How many cases there are by state, and of the open ones by how soon they are due. */
export function useCaseCounts(filter: CaseFilter) {
  return useQuery({
    queryKey: ['case-counts', filter],
    queryFn: ({ signal }) => answer<CaseCounts>(client.GET('/api/v1/cases/counts', { params: { query: filter }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: 4 * REFRESH_MS,
  });
}

/** The newest reports of a camera. */
export function useEventsOf(camera: string, limit = 20) {
  return useQuery({
    queryKey: ['events', camera, limit],
    queryFn: async ({ signal }) =>
      (await answer<Page<EventItem>>(client.GET('/api/v1/events', { params: { query: { camera, limit } }, signal }))).items,
  });
}

const caseOptions = (id: string) =>
  queryOptions({
    queryKey: ['case', id],
    queryFn: ({ signal }) => answer<CaseDetail>(client.GET('/api/v1/cases/{case_id}', { params: { path: { case_id: id } }, signal })),
  });

export function useCase(id: string | undefined) {
  return useQuery({ ...caseOptions(id ?? ''), enabled: id !== undefined });
}

/** A case that somebody may move: read whenever it is opened, `isFetchedAfterMount` once what is shown is not from before. */
export function useCaseToMove(id: string | undefined) {
  return useQuery({ ...caseOptions(id ?? ''), enabled: id !== undefined, staleTime: 0 });
}

/** Reads a case as it is now. */
export function useReadCase() {
  const queries = useQueryClient();
  return (id: string) => queries.query({ ...caseOptions(id), staleTime: 0 });
}

/** The moves of a case that are legal now for whoever has signed in. */
export function useMoves(caseId: string, version: number, person: string | undefined) {
  return useQuery({
    queryKey: ['case', caseId, 'moves', version, person],
    queryFn: async ({ signal }) => {
      const params = { path: { case_id: caseId }, query: {} };
      return (await answer<Page<MoveItem>>(client.GET('/api/v1/cases/{case_id}/moves', { params, signal }))).items;
    },
    enabled: person !== undefined,
    placeholderData: keepPreviousData,
  });
}

/** What a person decides on a case. */
export interface Decision {
  caseId: string;
  action: Made;
  reason: string;
  department?: string;
  matter?: string;
  into?: string;
  /** Pictures that belong to a handler's word. */
  evidence?: Evidence[];
  /** Until when, for a suspension; ISO 8601. */
  until?: string;
  version: number;
}

/** Make one move of a case. */
export function decide({ caseId, action, reason, department, matter, into, until, evidence = [], version }: Decision) {
  const path = { case_id: caseId };
  const header = seen(version);
  if (action === 'handle') {
    const body = { note: reason, evidence };
    return answer<CaseItem>(client.POST('/api/v1/cases/{case_id}/feedback', { params: { path, header }, body }));
  }
  return answer<CaseItem>(
    client.POST('/api/v1/cases/{case_id}/actions/{action}', {
      params: { path: { ...path, action }, header },
      body: { reason, ...(department ? { department } : {}), ...(until ? { until } : {}), matter, into },
    }),
  );
}

/** Makes a move of a case, and reads again what it changed, whether it was carried out or refused. */
export function useDecision() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: decide,
    onSettled: (_data, _error, { caseId, into }) =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['case', caseId] }),
        refreshCases(queries, [caseId, ...(into ? [into] : [])]),
        queries.invalidateQueries({ queryKey: ['case-counts'] }),
        queries.invalidateQueries({ queryKey: ['overview'] }),
      ]),
  });
}
