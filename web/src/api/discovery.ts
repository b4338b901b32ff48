import { useMutation, useQuery } from '@tanstack/react-query';

import { ask } from './ask';
import type { Schemas } from './client';

export type FoundDevice = Schemas['FoundDeviceItem'];
export type AskedDevice = Schemas['DeviceAnswer'];
export type OfferedStream = Schemas['OfferedStreamItem'];

/** Whether the node's network may be searched. */
export function useDiscoveryMeans(wanted: boolean) {
  return useQuery({
    queryKey: ['discovery'],
    queryFn: async ({ signal }) => (await ask<Schemas['DiscoveryMeans']>('GET', '/discovery', { signal })).data,
    enabled: wanted,
    staleTime: Infinity,
    retry: false,
  });
}

export function useSearchNetwork() {
  return useMutation({ mutationFn: async () => (await ask<Schemas['SearchAnswer']>('POST', '/discovery', { body: {} })).data });
}

export interface Question {
  address: string;
  credentials?: string | null;
}

/** Asks a device for its streams. */
export function useAskDevice() {
  return useMutation({
    mutationFn: async ({ address, credentials }: Question) =>
      (await ask<AskedDevice>('POST', '/discovery/device', { body: { address, credentials: credentials || null } })).data,
  });
}
