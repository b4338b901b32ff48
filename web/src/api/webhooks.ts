import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { answer, client, type Delivery, type Page, type Schemas, type Webhook, type WebhookWithKey } from './client';

export type WebhookWishes = Schemas['WebhookWishes'];

const at = (id: string) => ({ params: { path: { webhook_id: id } } });

export function useWebhooks() {
  return useQuery({
    queryKey: ['webhooks'],
    queryFn: async ({ signal }) => (await answer<{ items: Webhook[] }>(client.GET('/api/v1/webhooks', { signal }))).items,
    refetchInterval: 15_000,
  });
}

export function useDeliveries(id: string, onlyDead: boolean) {
  return useInfiniteQuery({
    queryKey: ['webhooks', id, 'deliveries', onlyDead],
    queryFn: ({ pageParam, signal }) =>
      answer<Page<Delivery>>(
        client.GET('/api/v1/webhooks/{webhook_id}/deliveries', {
          params: {
            path: { webhook_id: id },
            query: { ...(onlyDead ? { state: 'dead' as const } : {}), limit: 100, ...(pageParam ? { cursor: pageParam } : {}) },
          },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
}

/** What can be done with a receiver; each reads the list again afterwards. */
export function useWebhookMoves() {
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: ['webhooks'] });
  return {
    add: useMutation({
      mutationFn: (body: WebhookWishes) => answer<WebhookWithKey>(client.POST('/api/v1/webhooks', { body })),
      onSettled,
    }),
    change: useMutation({
      mutationFn: ({ id, body }: { id: string; body: WebhookWishes }) =>
        answer<Webhook>(client.PUT('/api/v1/webhooks/{webhook_id}', { ...at(id), body })),
      onSettled,
    }),
    rotate: useMutation({
      mutationFn: (id: string) =>
        answer<WebhookWithKey>(client.POST('/api/v1/webhooks/{webhook_id}/rotate', { ...at(id), body: { keep_hours: 24 } })),
      onSettled,
    }),
    start: useMutation({
      mutationFn: (id: string) => answer<Webhook>(client.POST('/api/v1/webhooks/{webhook_id}/enable', at(id))),
      onSettled,
    }),
    stop: useMutation({
      mutationFn: (id: string) => answer<Webhook>(client.POST('/api/v1/webhooks/{webhook_id}/disable', at(id))),
      onSettled,
    }),
    remove: useMutation({
      mutationFn: (id: string) => answer<undefined>(client.DELETE('/api/v1/webhooks/{webhook_id}', at(id))),
      onSettled,
    }),
    replay: useMutation({
      mutationFn: ({ id, numbers }: { id: string; numbers?: number[] }) =>
        answer<{ replayed: number }>(client.POST('/api/v1/webhooks/{webhook_id}/replay', { ...at(id), body: { numbers } })),
      onSettled,
    }),
  };
}
