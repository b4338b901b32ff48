import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import type { CameraFile } from '../camera/file';
import { ask, cameraPath } from './ask';
import { answer, client, type LookItem, type Seen } from './client';

const WATCH_MS = 1_000;

/** What the detector sees now; asked every second while it is wanted. Null: the camera has delivered no picture yet. */
export function useDetections(id: string, wanted: boolean) {
  return useQuery({
    queryKey: ['detections', id],
    queryFn: async ({ signal }) => {
      const params = { path: { camera_id: id } };
      return (await answer<Seen>(client.GET('/api/v1/cameras/{camera_id}/detections', { params, signal }))).view;
    },
    enabled: wanted,
    refetchInterval: WATCH_MS,
    retry: false,
  });
}

/** Asks a camera to look now, out of turn, and follows until it has. */
export function useLookNow(id: string) {
  const queries = useQueryClient();
  const asked = useMutation({
    mutationFn: () =>
      answer<LookItem>(client.POST('/api/v1/cameras/{camera_id}/looks', { params: { path: { camera_id: id } }, body: {} })),
  });
  const lookId = asked.data?.look_id;
  const look = useQuery({
    queryKey: ['look', id, lookId],
    queryFn: async ({ signal }) => {
      const params = { path: { camera_id: id, look_id: lookId ?? '' } };
      const read = await answer<LookItem>(client.GET('/api/v1/cameras/{camera_id}/looks/{look_id}', { params, signal }));
      if (read.state !== 'asked') void queries.invalidateQueries({ queryKey: ['cameras'] });
      return read;
    },
    enabled: lookId !== undefined,
    refetchInterval: ({ state }) => (state.data && state.data.state !== 'asked' ? false : WATCH_MS),
  });
  const answered = look.data && look.data.state !== 'asked' ? look.data : undefined;
  return {
    ask: () => asked.mutate(),
    waits: asked.isPending || (lookId !== undefined && answered === undefined && !look.isError),
    look: answered,
    error: asked.error ?? look.error,
  };
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
    mutationFn: async (file: File) => {
      const form = new FormData();
      form.set('file', file);
      return (await ask<{ recording_id: string }>('POST', cameraPath(id, '/recordings'), { form })).data;
    },
  });
}
