import { createContext, useContext } from 'react';

import type { LiveMessage } from './messages';
import type { StreamStatus } from './stream';

/** What the pages know of the connection: its status, and when the node last answered. */
export interface Live {
  status: StreamStatus;
  /** Milliseconds since 1970; 0: it has not answered yet. */
  seenAt: number;
  retry: () => void;
}

/** The latest messages, newest first. Apart from the connection, so that a message concerns only who shows it. */
export interface Told {
  messages: readonly LiveMessage[];
  /** Messages with a greater id came while the page was open. */
  first: number;
}

export const LiveContext = createContext<Live>({ status: 'connecting', seenAt: 0, retry: () => undefined });
export const ToldContext = createContext<Told>({ messages: [], first: 0 });

export function useLive(): Live {
  return useContext(LiveContext);
}

export function useTold(): Told {
  return useContext(ToldContext);
}
