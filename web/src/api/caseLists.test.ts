import { InfiniteQueryObserver, QueryClient } from '@tanstack/react-query';
import { beforeEach, expect, it, vi } from 'vitest';

import { merge, refreshCases, rereadCases, type CasePages } from './caseLists';
import type { CaseItem, Page } from './client';

function item(id: string, minute: number, state = 'dispatched'): CaseItem {
  return { case_id: id, opened_at: `2026-11-22T02:${String(minute).padStart(2, '0')}:00Z`, state } as CaseItem;
}

function page(next: string | null, ...items: CaseItem[]): Page<CaseItem> {
  return { items, next };
}

function ids(pages: readonly Page<CaseItem>[]): string[] {
  return pages.map(({ items }) => items.map(({ case_id: id, state }) => `${id} ${state}`).join(', '));
}

const PAGES = [page('2', item('e', 50), item('d', 40)), page('3', item('c', 30), item('b', 20))];

it.each<[string, string[], CaseItem[], string[]]>([
  ['a case that changed is replaced', ['c'], [item('c', 30, 'accepted')], ['e dispatched, d dispatched', 'c accepted, b dispatched']],
  ['a case that no longer matches leaves', ['d'], [], ['e dispatched', 'c dispatched, b dispatched']],
  ['a new case comes first', ['f'], [item('f', 55)], ['f dispatched, e dispatched, d dispatched', 'c dispatched, b dispatched']],
  ['an older newcomer stands in its place', ['x'], [item('x', 35)], ['e dispatched, d dispatched', 'x dispatched, c dispatched, b dispatched']],
  ['what comes with a later page waits for it', ['a'], [item('a', 10)], ['e dispatched, d dispatched', 'c dispatched, b dispatched']],
  [
    'several at once',
    ['f', 'g', 'e', 'b'],
    [item('f', 55), item('g', 58), item('b', 20, 'rework')],
    ['g dispatched, f dispatched, d dispatched', 'c dispatched, b rework'],
  ],
])('%s', (_, asked, found, wanted) => {
  expect(ids(merge(PAGES, new Set(asked), found))).toEqual(wanted);
});

it('puts the oldest at the end of a list that was read to its end, and the first into an empty one', () => {
  expect(ids(merge([page(null, item('c', 30))], new Set(['a']), [item('a', 10)]))).toEqual(['c dispatched, a dispatched']);
  expect(ids(merge([page(null)], new Set(['a']), [item('a', 10)]))).toEqual(['a dispatched']);
});

it('keeps the pages in which nothing has changed', () => {
  const merged = merge(PAGES, new Set(['d']), [item('d', 40, 'accepted')]);
  expect(merged[1]).toBe(PAGES[1]);
  expect(merged[0]?.items[0]).toBe(PAGES[0]?.items[0]);
});

let asked: URL[];
let found: CaseItem[];
let queries: QueryClient;

beforeEach(() => {
  asked = [];
  found = [];
  queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  vi.stubGlobal('fetch', (request: Request) => {
    asked.push(new URL(request.url));
    return Promise.resolve(new Response(JSON.stringify({ items: found, next: null })));
  });
});

function list(filter: object, pages: Page<CaseItem>[]): { data: () => CasePages | undefined; read: () => number; leave: () => void } {
  const queryKey = ['cases', filter, 100];
  queries.setQueryData<CasePages>(queryKey, { pages, pageParams: pages.map((_, index) => String(index)) });
  let reads = 0;
  const observer = new InfiniteQueryObserver(queries, {
    queryKey,
    queryFn: () => {
      reads += 1;
      return page(null);
    },
    initialPageParam: '',
    getNextPageParam: ({ next }: Page<CaseItem>) => next,
  });
  const leave = observer.subscribe(() => undefined);
  return { data: () => queries.getQueryData<CasePages>(queryKey), read: () => reads, leave };
}

it('asks each list that is shown for what has changed, with the filter of the list, and reads no page again', async () => {
  const open = list({ open: true, matter: 'litter_exposed' }, PAGES);
  found = [item('c', 30, 'rework')];
  await refreshCases(queries, ['c', 'd']);
  expect(asked).toHaveLength(1);
  const query = asked[0]?.searchParams;
  expect([query?.get('open'), query?.get('matter'), query?.getAll('case')]).toEqual(['true', 'litter_exposed', ['c', 'd']]);
  expect(ids(open.data()?.pages ?? [])).toEqual(['e dispatched', 'c rework, b dispatched']);
  expect(open.read()).toBe(0);
});

it('leaves of a list that nobody sees the first page, to be read when somebody does', async () => {
  const hidden = list({}, PAGES);
  hidden.leave();
  await refreshCases(queries, ['c']);
  expect(asked).toEqual([]);
  expect(hidden.data()?.pages).toHaveLength(1);
  expect(queries.getQueryState(['cases', {}, 100])?.isInvalidated).toBe(true);
});

it('reads a list again when it cannot be told what changed in it', async () => {
  const shown = list({}, [page(null, item('a', 10))]);
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')));
  await refreshCases(queries, ['a']);
  expect(shown.read()).toBe(1);
});

it('after a break reads short lists again and leaves a deep one where somebody has scrolled to', async () => {
  const short = list({ open: true }, [page(null, item('a', 10))]);
  const deep = list({}, [...PAGES, ...PAGES, page(null)]);
  await rereadCases(queries, { deep: false });
  expect([short.read(), deep.read(), deep.data()?.pages.length]).toEqual([1, 0, 5]);
  await rereadCases(queries, { deep: true });
  expect([deep.read(), deep.data()?.pages.length]).toEqual([1, 1]);
});
