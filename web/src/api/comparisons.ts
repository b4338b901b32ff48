import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { ask } from './ask';
import { answer, client, type Page, type Schemas } from './client';

export type ClipComparison = Schemas['ClipComparisonItem'];
export type ComparedClip = Schemas['ComparedClipItem'];
export type ComparedRow = Schemas['ComparedRowItem'];
export type ClipMeans = Schemas['ClipMeansItem'];
export type ClipChoice = Schemas['ClipChoice'];

const WATCH_MS = 1_000;

export function isRunning(comparison: Pick<ClipComparison, 'state'> | undefined): boolean {
  return comparison?.state === 'waiting' || comparison?.state === 'running';
}

/** What models can be compared on. */
export function useClipMeans() {
  return useQuery({
    queryKey: ['comparisons', 'means'],
    queryFn: ({ signal }) => answer<ClipMeans>(client.GET('/api/v1/comparisons/means', { signal })),
    refetchInterval: 30_000,
    retry: false,
  });
}

/** The comparisons that are kept, without what they found. */
export function useComparisons() {
  return useQuery({
    queryKey: ['comparisons', 'list'],
    queryFn: async ({ signal }) => (await answer<Page<ClipComparison>>(client.GET('/api/v1/comparisons', { signal }))).items,
    retry: false,
  });
}

export function useClipComparison(id: string | undefined) {
  return useQuery({
    queryKey: ['comparisons', 'one', id],
    queryFn: ({ signal }) =>
      answer<ClipComparison>(client.GET('/api/v1/comparisons/{comparison_id}', { params: { path: { comparison_id: id ?? '' } }, signal })),
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.data === undefined || isRunning(state.data) ? WATCH_MS : false),
    retry: false,
  });
}

export function useUploadClip() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (file: File) => (await ask<Schemas['RecordingItem']>('POST', '/recordings', { file })).data,
    onSuccess: () => queries.invalidateQueries({ queryKey: ['comparisons', 'means'] }),
  });
}

export function useStartComparison() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (wish: { model: string; clips: ClipChoice[] }) =>
      (await ask<ClipComparison>('POST', '/comparisons', { body: { model_id: wish.model, clips: wish.clips } })).data,
    onSuccess: () => queries.invalidateQueries({ queryKey: ['comparisons', 'list'] }),
  });
}

export function useCancelComparison() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => ask<ClipComparison>('POST', `/comparisons/${encodeURIComponent(id)}/cancel`, { body: {} }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['comparisons'] }),
  });
}
