import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { ask } from './ask';
import type { Page, Schemas } from './client';

export type BaseMap = Schemas['BaseMapItem'];

/** Pictures of the ground that the node keeps. */
export function useBaseMaps() {
  return useQuery({
    queryKey: ['base-maps'],
    queryFn: async ({ signal }) => (await ask<Page<BaseMap>>('GET', '/base-maps', { signal })).data.items,
    staleTime: 60_000,
    retry: false,
  });
}

export function baseMapUrl(id: string): string {
  return `/api/v1/base-maps/${encodeURIComponent(id)}/picture`;
}

export interface NewBaseMap {
  file: File;
  name: string;
  crs: string;
  /** `x,y;x,y;x,y`: top left, top right, bottom left. */
  corners?: string;
  /** The six numbers of a world file, with commas. */
  worldFile?: string;
}

export function useAddBaseMap() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ file, name, crs, corners, worldFile }: NewBaseMap) => {
      const query = new URLSearchParams({ name, crs });
      if (corners) query.set('corners', corners);
      if (worldFile) query.set('world_file', worldFile);
      return (await ask<BaseMap>('POST', `/base-maps?${query}`, { file })).data;
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['base-maps'] }),
  });
}

export function useRemoveBaseMap() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => ask('DELETE', `/base-maps/${encodeURIComponent(id)}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['base-maps'] }),
  });
}
