import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { answer, client, type ModelComparison, type ModelList, type ModelPage } from './client';

export function useModels() {
  return useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => answer<ModelList>(client.GET('/api/v1/models', { signal })),
    refetchInterval: 30_000,
  });
}

export function useModel(id: string | undefined) {
  return useQuery({
    queryKey: ['models', id],
    queryFn: ({ signal }) =>
      answer<ModelPage>(client.GET('/api/v1/models/{model_id}', { params: { path: { model_id: id ?? '' } }, signal })),
    enabled: id !== undefined,
  });
}

export function useComparison(first: string | undefined, second: string | undefined) {
  return useQuery({
    queryKey: ['models', first, 'compare', second],
    queryFn: ({ signal }) =>
      answer<ModelComparison>(
        client.GET('/api/v1/models/{first}/compare/{second}', { params: { path: { first: first ?? '', second: second ?? '' } }, signal }),
      ),
    enabled: first !== undefined && second !== undefined,
  });
}

export function usePromote() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      answer<ModelList>(client.POST('/api/v1/models/{model_id}/promote', { params: { path: { model_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['models'] }),
  });
}

export function useRollback() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => answer<ModelList>(client.POST('/api/v1/models/rollback')),
    onSettled: () => queries.invalidateQueries({ queryKey: ['models'] }),
  });
}
