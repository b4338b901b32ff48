import { createContext, useContext } from 'react';

import type { LiveMessage } from './messages';
import type { StreamStatus } from './stream';

/** What the pages know of the connection: its status, the latest messages (newest first), when the node last answered. */
export interface Live {
  status: StreamStatus;
  messages: LiveMessage[];
  /** Messages with a greater id came while the page was open. */
  first: number;
  /** Milliseconds since 1970; 0: it has not answered yet. */
  seenAt: number;
  retry: () => void;
}

export const LiveContext = createContext<Live>({
  status: 'connecting',
  messages: [],
  first: 0,
  seenAt: 0,
  retry: () => undefined,
});

export function useLive(): Live {
  return useContext(LiveContext);
}
