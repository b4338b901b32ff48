import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import type { OverviewItem } from '../api/client';

const MINUTE_MS = 60_000;
const LOOK_MS = 5_000;

/** When the present minute of the node's clock ends; of this machine's, until the node has told its time. */
function endOfMinute(queries: QueryClient): number {
  const told = queries.getQueryState<OverviewItem>(['overview']);
  const ahead = told?.data ? Date.parse(told.data.now) - told.dataUpdatedAt : 0;
  return Math.ceil((Date.now() + ahead) / MINUTE_MS) * MINUTE_MS;
}

/**
 * The end of the present minute, milliseconds since 1970: a period until then leaves out nothing that has been told, and
 * is counted anew a minute later. It stands still while nobody looks, and while figures are still being counted.
 */
export function useEndOfMinute(): number {
  const queries = useQueryClient();
  const [end, setEnd] = useState(() => endOfMinute(queries));
  useEffect(() => {
    const look = () => {
      if (!document.hidden && queries.isFetching({ queryKey: ['indicators'] }) === 0) setEnd(endOfMinute(queries));
    };
    const timer = setInterval(look, LOOK_MS);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [queries]);
  return end;
}
