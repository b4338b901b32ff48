import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';

import type { Kept } from '../camera/draft';
import type { CalibrationPart, CameraFile, PositionPart, SourcePart } from '../camera/file';
import type { Rule } from '../zones/needs';
import { ask, cameraPath } from './ask';
import { ApiError, type Page, type Schemas } from './client';

const REFRESH_MS = 15_000;

/** A version as the node tells it. */
export interface VersionItem {
  version: number;
  changed_at: string;
  changed_by: string;
  origin: Schemas['Origin'];
  note: string;
}

/** A version with what the file says, as it is written: what has a default may be missing. Null: the camera was retired. */
export interface VersionWhole extends VersionItem {
  configuration: Written | null;
}

type Written = Partial<Omit<CameraFile, 'position'>> &
  Pick<CameraFile, 'id' | 'names' | 'source'> & { position: Omit<PositionPart, 'error_m'> & { error_m?: number } };

/** A value that cannot be, in both languages. */
export type Fault = Schemas['Fault'];

export function faultsOf(error: unknown): Fault[] {
  const found = error instanceof ApiError ? (error.details as { faults?: Fault[] } | undefined)?.faults : undefined;
  return found ?? [];
}

const WATCH: CameraFile['watch'] = { mode: 'continuous', look_interval_s: 2 };
const ERROR_M = 50;

export function keptOf(whole: VersionWhole, etag = ''): Kept {
  const { configuration: content, version } = whole;
  if (content === null) throw new ApiError(404, '', '', '');
  const file: CameraFile = {
    ...content,
    watch: { ...WATCH, ...content.watch },
    position: { ...content.position, error_m: content.position.error_m ?? ERROR_M },
    zones: content.zones ?? [],
    overrides: content.overrides ?? {},
  };
  const { changed_at: changedAt, changed_by: changedBy, note } = whole;
  return { file, version, etag: etag || `"${version}"`, changedAt, changedBy, note };
}

/** What every matter looks for. */
export function useRules() {
  return useQuery({
    queryKey: ['rules'],
    queryFn: async ({ signal }) => (await ask<Page<Rule>>('GET', '/rules', { signal })).data.items,
    staleTime: 600_000,
  });
}

const configurationKey = (id: string) => ['configuration', id] as const;

async function readKept(id: string, signal?: AbortSignal): Promise<Kept> {
  const { data, etag } = await ask<VersionWhole>('GET', cameraPath(id, '/configuration'), { signal });
  return keptOf(data, etag);
}

/** A camera's file as the node keeps it; read again now and then, as others may save it. */
export function useConfiguration(id: string) {
  return useQuery({
    queryKey: configurationKey(id),
    queryFn: ({ signal }) => readKept(id, signal),
    refetchInterval: REFRESH_MS,
  });
}

export function useVersions(id: string) {
  return useInfiniteQuery({
    queryKey: [...configurationKey(id), 'versions'],
    queryFn: async ({ pageParam, signal }) => {
      const cursor = pageParam ? `&cursor=${encodeURIComponent(pageParam)}` : '';
      return (await ask<Page<VersionItem>>('GET', cameraPath(id, `/configuration/versions?limit=50${cursor}`), { signal })).data;
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
}

export function useVersion(id: string, number: number | undefined) {
  return useQuery({
    queryKey: [...configurationKey(id), 'versions', number],
    queryFn: async ({ signal }) =>
      (await ask<VersionWhole>('GET', cameraPath(id, `/configuration/versions/${number ?? 0}`), { signal })).data,
    enabled: number !== undefined,
    staleTime: Infinity,
  });
}

function readAgain(queries: QueryClient, id: string): Promise<unknown> {
  return Promise.all([
    queries.invalidateQueries({ queryKey: configurationKey(id) }),
    queries.invalidateQueries({ queryKey: ['cameras'] }),
  ]);
}

/** Whether the camera still shows what it showed: what it has learned of its view is kept, or forgotten. */
export type View = Schemas['View'];

export interface Saving {
  file: CameraFile;
  etag: string;
  note: string;
  view: View;
}

export interface Saved extends VersionWhole {
  effect: Schemas['Effect'];
  notices: Schemas['NoticeItem'][];
}

export function useSaveCamera(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ file, etag, note, view }: Saving) =>
      (await ask<Saved>('PUT', cameraPath(id, '/configuration'), {
        ifMatch: etag,
        body: { configuration: file, note, view },
      })).data,
    onSettled: () => readAgain(queries, id),
  });
}

/** The version that somebody else has saved meanwhile. */
export function useNewest(id: string) {
  const queries = useQueryClient();
  return () => queries.query({ queryKey: configurationKey(id), queryFn: ({ signal }) => readKept(id, signal), staleTime: 0 });
}

export function useRestore(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ version, etag }: { version: number; etag: string }) =>
      (await ask<Saved>('POST', cameraPath(id, `/configuration/versions/${version}/restore`), { ifMatch: etag, body: {} })).data,
    onSettled: () => readAgain(queries, id),
  });
}

export function useAddCamera() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ file, note }: { file: CameraFile; note: string }) =>
      (await ask<Saved>('POST', '/cameras', { body: { configuration: file, note } })).data,
    onSuccess: () => queries.invalidateQueries({ queryKey: ['cameras'] }),
  });
}

export function useRetire(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (etag: string) => ask('DELETE', cameraPath(id), { ifMatch: etag }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['cameras'], exact: true }),
  });
}

export type Probed = Schemas['ProbeAnswer'];

/** Visits an address, without adding it. */
export function useProbe() {
  return useMutation({
    mutationFn: async ({ source, interval }: { source: SourcePart; interval: number }) => {
      const body = { url: source.url, credentials: source.credentials || null, look_interval_s: interval };
      return (await ask<Probed>('POST', '/cameras/probe', { body })).data;
    },
  });
}

export type ImportRow = Schemas['ListedCamera'];
export type Imported = Schemas['ListAnswer'];

function formOf(csv: string): FormData {
  const form = new FormData();
  form.set('file', new File([csv], 'cameras.csv', { type: 'text/csv' }));
  return form;
}

export function useImport() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ csv, dryRun }: { csv: string; dryRun: boolean }) =>
      (await ask<Imported>('POST', `/cameras/import?dry_run=${dryRun}`, { form: formOf(csv) })).data,
    onSuccess: ({ dry_run: dry }) => (dry ? undefined : queries.invalidateQueries({ queryKey: ['cameras'] })),
  });
}

/** Leaves a camera alone until it is resumed, over restarts; or watches it again. */
export function usePausing(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ pause, reason }: { pause: boolean; reason: string }) =>
      ask('POST', cameraPath(id, pause ? '/pause' : '/resume'), { body: pause ? { reason } : {} }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['cameras'] }),
  });
}

export type Fit = Schemas['FitAnswer'];

/** How well points tie a picture to the ground. Asked again as they are moved; what was known stays until then. */
export function useFit(id: string, calibration: CalibrationPart | undefined) {
  return useQuery({
    queryKey: ['fit', id, calibration],
    queryFn: async ({ signal }) =>
      (await ask<Fit>('POST', cameraPath(id, '/calibration/fit'), { body: calibration, signal })).data,
    enabled: calibration !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
  });
}
