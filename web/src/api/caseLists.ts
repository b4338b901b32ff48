import type { InfiniteData, Query, QueryClient } from '@tanstack/react-query';

import { answer, client, type CaseItem, type Page } from './client';
import type { CaseFilter } from './queries';

export type CasePages = InfiniteData<Page<CaseItem>, string>;

/** Of a list with more pages only what has changed is read again. */
export const DEEP = 3;
/** Cases that one request names at most. */
const NAMED = 100;
/** With more changes at once the beginnings of the lists are read whole. */
const MANY = 300;

export function isDeep(pages: CasePages | undefined): boolean {
  return (pages?.pages.length ?? 0) > DEEP;
}

/**
 * Put changed cases into the pages of a list.
 *
 * `asked` are the ids of cases that have changed, `found` those of them that are in the list now. What is asked for and
 * not found has left the list. Newcomers stand where their time of opening puts them, newest first; beyond the last page
 * that was read they are left to the page that will bring them. Pages without a change stay the same objects.
 */
export function merge(pages: readonly Page<CaseItem>[], asked: ReadonlySet<string>, found: readonly CaseItem[]): Page<CaseItem>[] {
  const now = new Map(found.map((item) => [item.case_id, item]));
  const merged = pages.map((page) => {
    if (!page.items.some(({ case_id: id }) => asked.has(id))) return page;
    return {
      ...page,
      items: page.items.flatMap((item) => {
        const { case_id: id } = item;
        if (!asked.has(id)) return [item];
        const fresh = now.get(id);
        now.delete(id);
        return fresh ? [fresh] : [];
      }),
    };
  });
  for (const item of [...now.values()].sort((a, b) => a.opened_at.localeCompare(b.opened_at))) place(merged, item);
  return merged;
}

function place(pages: Page<CaseItem>[], item: CaseItem): void {
  for (const [number, page] of pages.entries()) {
    const at = page.items.findIndex((each) => Date.parse(each.opened_at) <= Date.parse(item.opened_at));
    const isEnd = number === pages.length - 1 && !page.next;
    if (at < 0 && !isEnd) continue;
    const items = [...page.items];
    items.splice(at < 0 ? items.length : at, 0, item);
    pages[number] = { ...page, items };
    return;
  }
}

async function read(filter: CaseFilter, ids: readonly string[]): Promise<CaseItem[]> {
  const parts: Promise<Page<CaseItem>>[] = [];
  for (let begin = 0; begin < ids.length; begin += NAMED) {
    const some = ids.slice(begin, begin + NAMED);
    parts.push(answer<Page<CaseItem>>(client.GET('/api/v1/cases', { params: { query: { ...filter, case: some, limit: NAMED } } })));
  }
  return (await Promise.all(parts)).flatMap(({ items }) => items);
}

async function bring(queries: QueryClient, query: Query<CasePages>, ids: readonly string[]): Promise<void> {
  const [, filter] = query.queryKey as [string, CaseFilter];
  const found = await read(filter, ids);
  // A page that is on its way would put back what it has seen before.
  while (query.state.fetchStatus === 'fetching') await query.promise?.catch(() => undefined);
  const asked = new Set(ids);
  queries.setQueryData<CasePages>(query.queryKey, (data) => data && { ...data, pages: merge(data.pages, asked, found) });
}

/** Leave the first page of a list that nobody looks at, to be read again when somebody does. */
function shorten(queries: QueryClient, query: Query<CasePages>): void {
  queries.setQueryData<CasePages>(query.queryKey, (data) => data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) });
  query.invalidate();
}

/** Bring the lists of cases up to date with cases that have changed. The server says which lists they are in. */
export async function refreshCases(queries: QueryClient, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  if (ids.length > MANY) return rereadCases(queries, { deep: true });
  const lists = queries.getQueryCache().findAll({ queryKey: ['cases'] }) as unknown as Query<CasePages>[];
  const read = lists.filter(({ state }) => state.data !== undefined);
  for (const query of read) if (!query.isActive()) shorten(queries, query);
  await Promise.all(
    read
      .filter((query) => query.isActive())
      .map((query) => bring(queries, query, ids).catch(() => queries.invalidateQueries({ queryKey: query.queryKey, exact: true }))),
  );
}

/** Read all lists of cases again: the deep ones from their beginning, or not at all where messages keep them. */
export async function rereadCases(queries: QueryClient, { deep }: { deep: boolean }): Promise<void> {
  const lists = queries.getQueryCache().findAll({ queryKey: ['cases'] }) as unknown as Query<CasePages>[];
  for (const query of lists) if (isDeep(query.state.data) && (deep || !query.isActive())) shorten(queries, query);
  await queries.invalidateQueries({
    queryKey: ['cases'],
    predicate: (query) => !isDeep(query.state.data as CasePages | undefined),
  });
}
