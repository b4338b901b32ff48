import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';

import { rereadCases } from '../api/caseLists';
import { useOverview } from '../api/queries';
import { LiveContext, ToldContext, type Live, type Told } from './context';
import type { LiveMessage } from './messages';
import { Refresher } from './refresher';
import { LiveStream, type StreamStatus } from './stream';

const KEPT = 100;
const EARLIER = 60;
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
    const refresher = new Refresher(queries);
    const followed = new LiveStream(Math.max(0, first - EARLIER), {
      onStatus: (next) => {
        setStatus(next);
        if (next === 'live') refresher.touchEverything();
      },
      onMessage: (message) => {
        setMessages((before) => [message, ...before].slice(0, KEPT));
        if (message.id <= first) return;
        if (message.kind === 'camera') refresher.touch(['cameras']);
        else refresher.caseChanged(message.data.case_id);
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
      refresher.stop();
      followed.stop();
    };
  }, [first, queries]);

  const unanswered = overview.isError || overview.failureCount > 0;
  const live = useMemo<Live>(
    () => ({
      status: unanswered ? 'lost' : status,
      seenAt: overview.dataUpdatedAt,
      retry: () => {
        stream.current?.hurry();
        void rereadCases(queries, { deep: true });
        void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'cases' });
      },
    }),
    [unanswered, status, overview.dataUpdatedAt, queries],
  );
  const told = useMemo<Told>(() => ({ messages, first: first ?? 0 }), [messages, first]);
  return (
    <LiveContext value={live}>
      <ToldContext value={told}>{children}</ToldContext>
    </LiveContext>
  );
}
