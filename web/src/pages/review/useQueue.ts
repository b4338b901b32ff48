import { useEffect, useMemo, useState } from 'react';

import type { CaseItem } from '../../api/client';
import { useCaseCounts, useCases, type CaseFilter } from '../../api/queries';

const WAITING: CaseFilter = { state: ['review'] };
const PAGE = 500;
/** So many are held here at most; further ones are read as these are decided. */
const MOST = 10_000;

export interface ReviewQueue {
  /** The oldest first. */
  items: readonly CaseItem[];
  /** All that wait are there, or as many as are held: what was there and is no more has left the queue. */
  isWhole: boolean;
  /** How many wait, also of those that were not read. */
  count: number;
  isPending: boolean;
  isError: boolean;
  error: unknown;
  retry: () => void;
}

/** The cases that wait for a review. The node tells them newest first, so the last page is read before any is shown. */
export function useQueue(): ReviewQueue {
  const { data, isPending, isFetching, isFetchedAfterMount, isError, error, hasNextPage, fetchNextPage, refetch } = useCases(WAITING, PAGE);
  const counts = useCaseCounts(WAITING);
  const items = useMemo(() => (data?.pages ?? []).flatMap((page) => page.items).reverse(), [data]);
  const lacks = hasNextPage && items.length < MOST;
  const reads = lacks && !isFetching && !isError;
  useEffect(() => {
    if (reads) void fetchNextPage();
  }, [reads, items, fetchNextPage]);
  // What an earlier visit kept may have been decided since. Once the queue is shown, it stays while it is read again.
  const [isShown, setShown] = useState(false);
  const isOld = isPending || (isFetching && !isFetchedAfterMount);
  if (!isOld && !isShown) setShown(true);
  const counted = counts.data?.states.find(({ state }) => state === 'review')?.number ?? 0;
  return {
    items,
    isWhole: data !== undefined && !lacks,
    count: hasNextPage ? Math.max(counted, items.length) : items.length,
    isPending: isOld && !isShown,
    isError,
    error,
    retry: () => void (data && lacks ? fetchNextPage() : refetch()),
  };
}
