import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';

import type { Period } from '../domain/period';
import { answer, ApiError, client, type CameraScores, type Indicators, type Series } from './client';
import { fetchAsCaller } from './session';

export type By = 'all' | 'grid' | 'department' | 'matter' | 'camera';

const iso = (at: number) => new Date(at).toISOString();
const spanOf = ({ since, until }: Period) => ({ since: iso(since), until: iso(until) });
/** Counting a month of a large city takes the node a while; the figures may be as old as that. */
const STALE_MS = 60_000;

export function useIndicators(period: Period, by: By, layer?: string, enabled = true) {
  return useQuery({
    queryKey: ['indicators', period, by, layer],
    queryFn: ({ signal }) =>
      answer<Indicators>(client.GET('/api/v1/indicators', { params: { query: { ...spanOf(period), by, layer } }, signal })),
    staleTime: STALE_MS,
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useSeries(period: Period, enabled = true) {
  return useQuery({
    queryKey: ['indicators', period, 'series'],
    queryFn: ({ signal }) => answer<Series>(client.GET('/api/v1/indicators/series', { params: { query: spanOf(period) }, signal })),
    staleTime: STALE_MS,
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useCameraScores(period: Period, enabled = true) {
  return useQuery({
    queryKey: ['indicators', period, 'cameras'],
    queryFn: ({ signal }) =>
      answer<CameraScores>(client.GET('/api/v1/indicators/cameras', { params: { query: spanOf(period) }, signal })),
    staleTime: STALE_MS,
    placeholderData: keepPreviousData,
    enabled,
  });
}

export interface ReportWish {
  kind: 'daily' | 'weekly';
  day: string;
  form: 'html' | 'xlsx';
  lang: 'zh' | 'en';
}

/** Have the node write a report and save it as a file. */
export function useReportDownload() {
  return useMutation({
    mutationFn: async ({ form, ...query }: ReportWish) => {
      const answered = await fetchAsCaller(`/api/v1/indicators/report/${form}?${new URLSearchParams(query)}`);
      if (!answered.ok) {
        const told = (await answered.json().catch(() => ({}))) as { title?: string; what?: string; remedy?: string };
        throw new ApiError(answered.status, told.title ?? answered.statusText, told.what ?? '', told.remedy ?? '', told);
      }
      const name = /filename="([^"]+)"/.exec(answered.headers.get('Content-Disposition') ?? '')?.[1];
      save(await answered.blob(), name ?? `gridpatrol-${query.kind}-${query.day}.${form}`);
    },
  });
}

/** Offer bytes to the person as a file. */
export function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
