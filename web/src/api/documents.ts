import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import type { Content } from '../domain/documents';
import { ask } from './ask';
import type { Page, Schemas } from './client';

const REFRESH_MS = 15_000;

export type DocumentItem = Schemas['DocumentItem'];
export type DocumentVersion = Schemas['VersionLine'];
export type DocumentSaved = Schemas['DocumentSaved'];

/** A document as the node keeps it, with the tag of its version. */
export type KeptDocument = Schemas['DocumentDetail'] & { etag: string };

const KEY = ['documents'] as const;
const pathOf = (name: string, rest = '') => `/configuration/${encodeURIComponent(name)}${rest}`;

export function useDocuments() {
  return useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => (await ask<Page<DocumentItem>>('GET', '/configuration', { signal })).data.items,
    refetchInterval: REFRESH_MS,
  });
}

async function readDocument(name: string, signal?: AbortSignal): Promise<KeptDocument> {
  const { data, etag } = await ask<Schemas['DocumentDetail']>('GET', pathOf(name), { signal });
  return { ...data, etag };
}

/** A document; read again now and then, as others may save it. */
export function useDocument(name: string) {
  return useQuery({
    queryKey: [...KEY, name],
    queryFn: ({ signal }) => readDocument(name, signal),
    refetchInterval: REFRESH_MS,
  });
}

/** Reads what the node keeps now. */
export function useNewestDocument(name: string) {
  const queries = useQueryClient();
  return () => queries.query({ queryKey: [...KEY, name], queryFn: ({ signal }) => readDocument(name, signal), staleTime: 0 });
}

export function useDocumentVersions(name: string) {
  return useInfiniteQuery({
    queryKey: [...KEY, name, 'versions'],
    queryFn: async ({ pageParam, signal }) => {
      const cursor = pageParam ? `&cursor=${encodeURIComponent(pageParam)}` : '';
      return (await ask<Page<DocumentVersion>>('GET', pathOf(name, `/versions?limit=50${cursor}`), { signal })).data;
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
}

export function useDocumentVersion(name: string, number: number) {
  return useQuery({
    queryKey: [...KEY, name, 'versions', number],
    queryFn: async ({ signal }) => (await ask<Schemas['DocumentDetail']>('GET', pathOf(name, `/versions/${number}`), { signal })).data,
    staleTime: Infinity,
  });
}

/** Departments and calendars are read elsewhere too, under other names. */
function useReadAgain() {
  const queries = useQueryClient();
  return () =>
    Promise.all([KEY, ['city'], ['profile']].map((queryKey) => queries.invalidateQueries({ queryKey })));
}

export function useSaveDocument(name: string) {
  const readAgain = useReadAgain();
  return useMutation({
    mutationFn: async ({ content, etag, note }: { content: Content; etag: string; note: string }) =>
      (await ask<DocumentSaved>('PUT', pathOf(name), { ifMatch: etag, body: { content, note } })).data,
    onSettled: readAgain,
  });
}

export function useRestoreDocument(name: string) {
  const readAgain = useReadAgain();
  return useMutation({
    mutationFn: async ({ version, etag }: { version: number; etag: string }) =>
      (await ask<DocumentSaved>('POST', pathOf(name, `/versions/${version}/restore`), { ifMatch: etag, body: {} })).data,
    onSettled: readAgain,
  });
}
