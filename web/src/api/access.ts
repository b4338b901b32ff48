import { useQuery } from '@tanstack/react-query';

import { useMe } from './account';
import { answer, client, type Page, type RoleItem } from './client';
import type { paths } from './schema';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** A route as the server lists it under a role, such as `PUT /api/v1/profile`. */
export type Route = `${Method} ${keyof paths}`;

export function useRoles() {
  return useQuery({
    queryKey: ['roles'],
    queryFn: async ({ signal }) => (await answer<Page<RoleItem>>(client.GET('/api/v1/roles', { signal }))).items,
    staleTime: Infinity,
  });
}

/** Tells whether whoever has signed in may call a route. The server decides it again with every call. */
export function useMay(): (route: Route) => boolean {
  const me = useMe().data;
  const roles = useRoles().data;
  const own = roles?.filter(({ role }) => me?.roles.includes(role)) ?? [];
  return (route) => own.some(({ routes }) => routes.includes(route));
}
