import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import type { CameraFile } from '../camera/file';
import { ask, cameraPath } from './ask';
import type { Evidence, FaultType } from './client';

const WATCH_MS = 1_000;

/** An object that the detector found; the box in pixels of the source picture. */
export interface SeenObject {
  class_name: string;
  confidence: number;
  box_xyxy_px: [number, number, number, number];
}

/** What one look at a camera's picture showed. */
export interface Sight {
  taken_at: string;
  resolution_wh: [number, number];
  usable: boolean;
  faults: FaultType[];
  detail: string;
  detections: SeenObject[];
  model: string;
}

/** What the detector sees now; asked every second while it is wanted. */
export function useDetections(id: string, wanted: boolean) {
  return useQuery({
    queryKey: ['detections', id],
    queryFn: async ({ signal }) => (await ask<Sight>('GET', cameraPath(id, '/detections'), { signal })).data,
    enabled: wanted,
    refetchInterval: WATCH_MS,
    retry: false,
  });
}

export interface Look {
  look_id: string;
  state: string;
  sight?: Sight | null;
  reason: string;
  evidence: Evidence[];
}

/** Asks a camera to look now, out of turn, and follows until it has. */
export function useLookNow(id: string) {
  const queries = useQueryClient();
  const asked = useMutation({
    mutationFn: async () => (await ask<Look>('POST', cameraPath(id, '/looks'), { body: {} })).data,
  });
  const lookId = asked.data?.look_id;
  const look = useQuery({
    queryKey: ['look', id, lookId],
    queryFn: async ({ signal }) => {
      const { data } = await ask<Look>('GET', cameraPath(id, `/looks/${encodeURIComponent(lookId ?? '')}`), { signal });
      if (isAnswered(data)) void queries.invalidateQueries({ queryKey: ['cameras'] });
      return data;
    },
    enabled: lookId !== undefined,
    refetchInterval: ({ state }) => (state.data && isAnswered(state.data) ? false : WATCH_MS),
  });
  const answered = look.data && isAnswered(look.data) ? look.data : undefined;
  return {
    ask: () => asked.mutate(),
    waits: asked.isPending || (lookId !== undefined && answered === undefined && !look.isError),
    look: answered,
    error: asked.error ?? look.error,
  };
}

function isAnswered(look: Look): boolean {
  return look.state !== 'waiting' && look.state !== 'asked';
}

export interface TrialEvent {
  matter: string;
  zone_id: string;
  class_name: string;
  confidence: number;
  first_seen_at: string;
  confirmed_at: string;
  pictures: string[];
}

export interface Trial {
  trial_id: string;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  progress: number;
  reason: string;
  looks: number;
  events: TrialEvent[];
}

export function isOver(trial: Trial | undefined): boolean {
  return trial !== undefined && trial.state !== 'waiting' && trial.state !== 'running';
}

export function useStartTrial(id: string) {
  return useMutation({
    mutationFn: async ({ file, recording }: { file?: CameraFile; recording?: string }) =>
      (await ask<Trial>('POST', cameraPath(id, '/trials'), { body: { configuration: file, recording } })).data,
  });
}

export function useTrial(trialId: string | undefined) {
  return useQuery({
    queryKey: ['trial', trialId],
    queryFn: async ({ signal }) => (await ask<Trial>('GET', `/trials/${encodeURIComponent(trialId ?? '')}`, { signal })).data,
    enabled: trialId !== undefined,
    refetchInterval: ({ state }) => (isOver(state.data) ? false : WATCH_MS),
  });
}

export function useCancelTrial() {
  return useMutation({ mutationFn: (trialId: string) => ask('DELETE', `/trials/${encodeURIComponent(trialId)}`) });
}

/** Gives a recording to the node, to try rules on. */
export function useUploadRecording(id: string) {
  return useMutation({
    mutationFn: async (file: Blob) => (await ask<{ recording_id: string }>('POST', cameraPath(id, '/recordings'), { file })).data,
  });
}
