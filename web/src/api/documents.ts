import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import type { Content } from '../domain/documents';
import type { Kept } from '../drafting/draft';
import { ask } from './ask';
import type { Page, Schemas } from './client';

const REFRESH_MS = 15_000;

export type DocumentItem = Schemas['DocumentItem'];
export type DocumentVersion = Schemas['VersionLine'];
export type DocumentSaved = Schemas['DocumentSaved'];

/** A document as the node keeps it, with the tag of its version. */
export type DocumentDetail = Schemas['DocumentDetail'];
export type KeptDocument = DocumentDetail & { etag: string };

/** A document as a file that somebody works on. One that was taken away says nothing. */
export function keptOf(document: KeptDocument): Kept<Content> {
  const { content, version, etag, changed_at: changedAt, changed_by: changedBy, note } = document;
  return { file: content ?? {}, version, etag, changedAt: changedAt ?? '', changedBy, note };
}

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
  const { data, etag } = await ask<DocumentDetail>('GET', pathOf(name), { signal });
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

/** Reads what the node keeps now of a document. */
export function useReadDocument() {
  const queries = useQueryClient();
  return async (name: string) =>
    keptOf(await queries.query({ queryKey: [...KEY, name], queryFn: ({ signal }) => readDocument(name, signal), staleTime: 0 }));
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
    queryFn: async ({ signal }) => (await ask<DocumentDetail>('GET', pathOf(name, `/versions/${number}`), { signal })).data,
    staleTime: Infinity,
  });
}

/** What a receiver would be sent by a field mapping as it is being written; what was known stays until then. */
export function usePreview(mapping: Content) {
  return useQuery({
    queryKey: ['mapping-preview', mapping],
    queryFn: async ({ signal }) => (await ask<Schemas['WrittenEvent']>('POST', '/configuration/mapping-preview', { body: { mapping }, signal })).data,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
    retry: false,
  });
}

/** Departments, calendars and matters are read elsewhere too, under other names. */
const ALSO = [KEY, ['city'], ['profile'], ['rules'], ['matters']] as const;

function useReadAgain() {
  const queries = useQueryClient();
  return () => Promise.all(ALSO.map((queryKey) => queries.invalidateQueries({ queryKey })));
}

/** Adds a matter or a field mapping. */
export function useAddDocument() {
  const readAgain = useReadAgain();
  return useMutation({
    mutationFn: async ({ name, content, note }: { name: string; content: Content; note: string }) =>
      (await ask<DocumentSaved>('POST', '/configuration', { body: { name, content, note } })).data,
    onSuccess: readAgain,
  });
}

/** Takes a matter or a field mapping away. */
export function useRetireDocument(name: string) {
  const readAgain = useReadAgain();
  return useMutation({
    mutationFn: async (etag: string) => (await ask<DocumentDetail>('DELETE', pathOf(name), { ifMatch: etag })).data,
    onSuccess: readAgain,
  });
}

export function useSaveDocument(name: string) {
  const readAgain = useReadAgain();
  return useMutation({
    mutationFn: async ({ file, etag, note }: { file: Content; etag: string; note: string }) =>
      (await ask<DocumentSaved>('PUT', pathOf(name), { ifMatch: etag, body: { content: file, note } })).data,
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
