import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { ApiError, type Problem } from '../api/client';

export type Newest = NonNullable<Problem['newest']>;

/** Somebody else was first: what it was when the person decided, what it is now, and who has made it so. */
export interface Clash<T> {
  before: T;
  now: T;
  /** Undefined where the node does not know it. */
  newest: Newest | undefined;
}

/** What the node tells of the change that has made a write fail; undefined where it was another failure. */
export function newestOf(error: unknown): Newest | undefined {
  return isOutdated(error) ? ((error.details as Partial<Problem> | undefined)?.newest ?? undefined) : undefined;
}

export function isOutdated(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 412;
}

interface Wanted<T, V, R> {
  /** As the person saw it when they began. */
  opened: T;
  /** Reads it as it is now. */
  read: () => Promise<T>;
  /** Sends what the person wants, with the version of what they have seen. */
  write: (seen: T, values: V) => Promise<R>;
}

export interface SeenWrite<T, V, R> {
  seen: T;
  clash: Clash<T> | undefined;
  isPending: boolean;
  /** Of another failure than a clash. */
  error: unknown;
  send: (values: V, done?: (answer: R) => void) => void;
}

/**
 * A write against the version that somebody has seen. Refused because somebody else was first, the newest is read for
 * the person to look at; what they send after that is against what they were shown. Nothing is sent again by itself.
 */
export function useSeenWrite<T, V, R>({ opened, read, write }: Wanted<T, V, R>): SeenWrite<T, V, R> {
  const [seen, setSeen] = useState(opened);
  const [clash, setClash] = useState<Clash<T>>();
  const mutation = useMutation({
    mutationFn: async (values: V) => {
      try {
        return await write(seen, values);
      } catch (error) {
        if (!isOutdated(error)) throw error;
        const now = await read();
        setClash({ before: clash?.before ?? seen, now, newest: newestOf(error) });
        setSeen(now);
        throw error;
      }
    },
  });
  const error = isOutdated(mutation.error) && clash ? undefined : mutation.error;
  return {
    seen,
    clash,
    isPending: mutation.isPending,
    error,
    send: (values, done) => mutation.mutate(values, { onSuccess: done }),
  };
}
