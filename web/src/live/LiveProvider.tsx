import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';

import { useOverview } from '../api/queries';
import { LiveContext, type Live } from './context';
import type { LiveMessage } from './messages';
import { LiveStream, type StreamStatus } from './stream';

const KEPT = 100;
const EARLIER = 60;
const REFRESH_EVERY_MS = 1_000;
const SLEEP_AFTER_MS = 60_000;

/** Follows what happens and has the lists read again when it concerns them. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const overview = useOverview();
  const [status, setStatus] = useState<StreamStatus>('connecting');
  const [messages, setMessages] = useState<LiveMessage[]>([]);
  const stream = useRef<LiveStream | undefined>(undefined);
  const start = overview.data?.last_message;
  const [first, setFirst] = useState<number>();
  if (first === undefined && start !== undefined) setFirst(start);

  useEffect(() => {
    if (first === undefined) return undefined;
    const stale = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      timer = undefined;
      for (const key of stale) void queries.invalidateQueries({ queryKey: JSON.parse(key) as unknown[] });
      stale.clear();
    };
    const touch = (...keys: unknown[][]) => {
      for (const key of keys) stale.add(JSON.stringify(key));
      timer ??= setTimeout(refresh, REFRESH_EVERY_MS);
    };
    const followed = new LiveStream(Math.max(0, first - EARLIER), {
      onStatus: (next) => {
        setStatus(next);
        if (next === 'live') touch(['overview'], ['cameras'], ['cases'], ['load']);
      },
      onMessage: (message) => {
        setMessages((before) => [message, ...before].slice(0, KEPT));
        if (message.id <= first) return;
        if (message.kind === 'camera') touch(['cameras']);
        else touch(['overview'], ['cases'], ['load'], ['case', message.data.case_id]);
      },
    });
    stream.current = followed;
    followed.start();
    // A page that nobody looks at lets its connection go; a browser has only six for all of its pages.
    let sleep: ReturnType<typeof setTimeout> | undefined;
    const seen = () => {
      clearTimeout(sleep);
      if (document.hidden) sleep = setTimeout(() => followed.stop(), SLEEP_AFTER_MS);
      else followed.start();
    };
    document.addEventListener('visibilitychange', seen);
    return () => {
      document.removeEventListener('visibilitychange', seen);
      clearTimeout(sleep);
      clearTimeout(timer);
      followed.stop();
    };
  }, [first, queries]);

  const unanswered = overview.isError || overview.failureCount > 0;
  const live = useMemo<Live>(
    () => ({
      status: unanswered ? 'lost' : status,
      messages,
      first: first ?? 0,
      seenAt: overview.dataUpdatedAt,
      retry: () => {
        stream.current?.hurry();
        void queries.invalidateQueries();
      },
    }),
    [unanswered, status, messages, first, overview.dataUpdatedAt, queries],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}
