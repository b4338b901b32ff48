import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { answer, client, seen, type AuditItem, type KeyItem, type KeyWithSecret, type Page, type Schemas, type UserItem, type UserWithPassword } from './client';

type NewUser = Schemas['NewUser'];
type UserChange = Schemas['UserChange'];
type NewKey = Schemas['NewKey'];

export function useUsers(enabled = true) {
  return useInfiniteQuery({
    queryKey: ['users'],
    queryFn: ({ pageParam, signal }) =>
      answer<Page<UserItem>>(client.GET('/api/v1/users', { params: { query: { limit: 500, ...(pageParam ? { cursor: pageParam } : {}) } }, signal })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    enabled,
  });
}

export function useAddUser() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewUser) => answer<UserWithPassword>(client.POST('/api/v1/users', { body })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['users'] }),
  });
}

export function useChangeUser() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ name, version, change }: { name: string; version: number; change: UserChange }) =>
      answer<UserItem>(
        client.PATCH('/api/v1/users/{name}', {
          params: { path: { name }, header: seen(version) },
          body: change,
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ['users'] }),
  });
}

export const readUser = (name: string) => answer<UserItem>(client.GET('/api/v1/users/{name}', { params: { path: { name } } }));

export function useResetPassword() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (name: string) =>
      answer<UserWithPassword>(client.POST('/api/v1/users/{name}/password', { params: { path: { name } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['users'] }),
  });
}

export function useKeys() {
  return useQuery({
    queryKey: ['keys'],
    queryFn: async ({ signal }) => (await answer<Page<KeyItem>>(client.GET('/api/v1/keys', { signal }))).items,
  });
}

export function useAddKey() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewKey) => answer<KeyWithSecret>(client.POST('/api/v1/keys', { body })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['keys'] }),
  });
}

export function useRevokeKey() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => answer<KeyItem>(client.DELETE('/api/v1/keys/{key_id}', { params: { path: { key_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['keys'] }),
  });
}

export interface AuditWish {
  actor?: string;
  action?: string;
  case?: string;
}

export function useAudit(wanted: AuditWish) {
  return useInfiniteQuery({
    queryKey: ['audit', wanted],
    queryFn: ({ pageParam, signal }) =>
      answer<Page<AuditItem>>(
        client.GET('/api/v1/audit', { params: { query: { ...wanted, limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } }, signal }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
}
