import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import type { CameraFile } from '../camera/file';
import { ask, cameraPath } from './ask';
import { answer, client, type LookItem, type Schemas, type Seen } from './client';

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

export type Trial = Schemas['TrialItem'];

export function isOver(trial: Trial | undefined): boolean {
  return trial !== undefined && trial.state !== 'waiting' && trial.state !== 'running';
}

/** On what a camera's rules can be tried. */
export function useTrialMeans(id: string) {
  return useQuery({
    queryKey: ['trials', id, 'means'],
    queryFn: ({ signal }) =>
      answer<Schemas['TrialMeansItem']>(
        client.GET('/api/v1/cameras/{camera_id}/trials/means', { params: { path: { camera_id: id } }, signal }),
      ),
    refetchInterval: 10_000,
    retry: false,
  });
}

export interface TrialWish {
  /** A draft; what is in force when absent. */
  file?: CameraFile;
  recording?: File;
  minutes?: number;
}

/** Gives the node a recording where there is one, and starts a trial. */
export function useStartTrial(id: string) {
  return useMutation({
    mutationFn: async ({ file, recording, minutes }: TrialWish) => {
      const kept = recording ? (await ask<Schemas['RecordingItem']>('POST', '/recordings', { file: recording })).data : undefined;
      const body = { configuration: file ?? null, recording_id: kept?.recording_id ?? null, minutes: kept ? null : (minutes ?? null) };
      return (await ask<Trial>('POST', cameraPath(id, '/trials'), { body })).data;
    },
  });
}

export function useTrial(trialId: string | undefined) {
  return useQuery({
    queryKey: ['trial', trialId],
    queryFn: ({ signal }) =>
      answer<Trial>(client.GET('/api/v1/trials/{trial_id}', { params: { path: { trial_id: trialId ?? '' } }, signal })),
    enabled: trialId !== undefined,
    refetchInterval: ({ state }) => (isOver(state.data) ? false : WATCH_MS),
  });
}

export function useCancelTrial() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (trialId: string) =>
      (await ask<Trial>('POST', `/trials/${encodeURIComponent(trialId)}/cancel`, { body: {} })).data,
    onSettled: (_data, _error, trialId) => queries.invalidateQueries({ queryKey: ['trial', trialId] }),
  });
}
