import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { answer, client, seen, type HotSpot, type MatterDetail, type MatterItem, type Order, type Page, type ProfileState, type Schemas } from './client';
import type { paths } from './schema';

export type NewOrder = Schemas['NewOrder'];
export type SpotState = Schemas['SpotState'];
export type MatterDefinition = Schemas['MatterDefinition'];
export type Step = paths['/api/v1/matters/{matter}/decisions/{step}']['post']['parameters']['path']['step'];

const REFRESH_MS = 30_000;

/** What somebody decides on a version of a matter; `revision` is the matter's as they have seen it. */
interface MatterDecision {
  matter: string;
  revision: number;
  step: Step;
  version: number;
  reason: string;
}

export function useProfile() {
  return useQuery({
    queryKey: ['profile'],
    queryFn: ({ signal }) => answer<ProfileState>(client.GET('/api/v1/profile', { signal })),
    refetchInterval: REFRESH_MS,
  });
}

export function useSwitchProfile() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ seen: { version }, ...body }: { seen: ProfileState; profile: string; reason: string }) =>
      answer<ProfileState>(client.PUT('/api/v1/profile', { params: { header: seen(version) }, body })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['profile'] }),
  });
}

export function useOrders(open: boolean | undefined, department: string | undefined) {
  return useInfiniteQuery({
    queryKey: ['orders', open, department],
    queryFn: ({ pageParam, signal }) =>
      answer<Page<Order>>(
        client.GET('/api/v1/orders', { params: { query: { open, department, limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } }, signal }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
}

export function useGiveOrder() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewOrder) => answer<Order>(client.POST('/api/v1/orders', { body })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['orders'] }),
  });
}

export function useCheckIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ order, note }: { order: Order; note: string }) => {
      const params = { path: { order_id: order.order_id }, header: seen(order.version) };
      return answer<Order>(client.POST('/api/v1/orders/{order_id}/check-in', { params, body: { note } }));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['orders'] }),
  });
}

/** Reads an order, a hot spot or a matter as it is now. */
export const readOrder = (id: string) => answer<Order>(client.GET('/api/v1/orders/{order_id}', { params: { path: { order_id: id } } }));
export const readSpot = (id: string) => answer<HotSpot>(client.GET('/api/v1/hot-spots/{spot_id}', { params: { path: { spot_id: id } } }));
export const readMatter = (matter: string) => answer<MatterDetail>(client.GET('/api/v1/matters/{matter}', { params: { path: { matter } } }));
export const readProfile = () => answer<ProfileState>(client.GET('/api/v1/profile'));

export function useHotSpots(open: boolean | undefined, matter: string | undefined) {
  return useInfiniteQuery({
    queryKey: ['spots', open, matter],
    queryFn: ({ pageParam, signal }) =>
      answer<Page<HotSpot>>(
        client.GET('/api/v1/hot-spots', { params: { query: { open, matter, limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } }, signal }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
}

export function useStepSpot() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ spot, step, reason }: { spot: HotSpot; step: SpotState; reason: string }) => {
      const params = { path: { spot_id: spot.spot_id, step }, header: seen(spot.version) };
      return answer<HotSpot>(client.POST('/api/v1/hot-spots/{spot_id}/steps/{step}', { params, body: { reason } }));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['spots'] }),
  });
}

export function useMatters() {
  return useQuery({
    queryKey: ['matters'],
    queryFn: async ({ signal }) => (await answer<Page<MatterItem>>(client.GET('/api/v1/matters', { signal }))).items,
  });
}

export function useMatter(matter: string | undefined) {
  return useQuery({
    queryKey: ['matters', matter],
    queryFn: ({ signal }) =>
      answer<MatterDetail>(client.GET('/api/v1/matters/{matter}', { params: { path: { matter: matter ?? '' } }, signal })),
    enabled: matter !== undefined,
  });
}

export function useProposeMatter() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ definition, reason }: { definition: MatterDefinition; reason: string }) => {
      const body = { definitions: [definition], reason };
      const made = await answer<{ items: { version: number; is_new: boolean }[] }>(client.POST('/api/v1/matters', { body }));
      return made.items[0];
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['matters'] }),
  });
}

export function useDecideMatter() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ matter, revision, step, version, reason }: MatterDecision) => {
      const params = { path: { matter, step }, header: seen(revision) };
      return answer<MatterDetail>(client.POST('/api/v1/matters/{matter}/decisions/{step}', { params, body: { version, reason } }));
    },
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: ['matters'] }), queries.invalidateQueries({ queryKey: ['city'] })]),
  });
}
