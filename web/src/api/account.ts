import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

import { answer, ApiError, client, type Me, type OtherSignIn, type SignedIn, type SignedOut } from './client';
import { forget, keep } from './session';

/** Who the node takes us for. Refused with 401 where guests may not read. */
export function useMe() {
  return useQuery<Me, ApiError>({
    queryKey: ['me'],
    queryFn: ({ signal }) => answer<Me>(client.GET('/api/v1/me', { signal })),
    staleTime: 60_000,
  });
}

/** Whether somebody has signed in and may act. */
export function usePerson(): Me | undefined {
  const me = useMe().data;
  return me === undefined || me.is_guest ? undefined : me;
}

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; password: string }) =>
      answer<SignedIn>(client.POST('/api/v1/session', { body })),
    onSuccess: (signedIn) => {
      keep(signedIn);
      queries.setQueryData(['me'], signedIn.me);
      // With a one-time password all else is refused until another is chosen.
      return signedIn.me.must_change_password ? queries.cancelQueries() : queries.invalidateQueries();
    },
  });
}

/** How the button is called that leads to the city's own sign-in; none where the node has none. */
export function useOtherSignIn() {
  return useQuery<OtherSignIn, ApiError>({
    queryKey: ['other-sign-in'],
    queryFn: ({ signal }) => answer<OtherSignIn>(client.GET('/api/v1/session/oidc', { signal })),
    staleTime: Infinity,
  });
}

/** Change the ticket with which the city's own sign-in has sent the browser back for tokens. */
export function useTicket() {
  const queries = useQueryClient();
  const redeem = useMutation({
    mutationFn: (ticket: string) => answer<SignedIn>(client.POST('/api/v1/session/oidc', { body: { ticket } })),
    onSuccess: (signedIn) => {
      keep(signedIn);
      queries.setQueryData(['me'], signedIn.me);
      return queries.invalidateQueries();
    },
  });
  const { mutate } = redeem;
  useEffect(() => {
    const ticket = new URLSearchParams(location.hash.slice(1)).get('ticket');
    if (ticket === null) return;
    // Whoever goes back in the browser must not find it again.
    history.replaceState(null, '', location.pathname + location.search);
    mutate(ticket);
  }, [mutate]);
  return redeem;
}

export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => answer<SignedOut>(client.DELETE('/api/v1/session')),
    onSettled: (out) => {
      forget();
      if (!out?.address) return queries.resetQueries();
      location.assign(out.address);
      return undefined;
    },
  });
}

export function useNewPassword() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { old_password: string; new_password: string }) =>
      answer<undefined>(client.POST('/api/v1/me/password', { body })),
    onSuccess: () => queries.invalidateQueries(),
  });
}
