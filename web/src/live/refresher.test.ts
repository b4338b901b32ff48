import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Refresher } from './refresher';

let queries: QueryClient;
let invalidated: string[];
let answered: Promise<void>[];

beforeEach(() => {
  vi.useFakeTimers();
  queries = new QueryClient();
  [invalidated, answered] = [[], []];
  vi.spyOn(queries, 'invalidateQueries').mockImplementation((filters) => {
    const slow = answered.shift();
    if (slow === undefined) invalidated.push(String((filters?.queryKey ?? [])[0]));
    return slow ?? Promise.resolve();
  });
});
afterEach(() => vi.useRealTimers());

it('reads once however many messages come within a second, and goes on afterwards', async () => {
  const refresher = new Refresher(queries);
  for (let i = 0; i < 50; i++) refresher.caseChanged('a');
  refresher.touch(['cameras']);
  expect(invalidated).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(invalidated.sort()).toEqual(['cameras', 'case', 'case-counts', 'load', 'overview']);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(invalidated).toHaveLength(5);
  refresher.touch(['cameras']);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(invalidated).toHaveLength(6);
});

it('keeps what changes while it reads for the next time', async () => {
  const refresher = new Refresher(queries);
  let finish = (): unknown => undefined;
  answered.push(new Promise((resolve) => (finish = resolve)));
  refresher.touch(['cameras']);
  await vi.advanceTimersByTimeAsync(1_000);
  refresher.touch(['load']);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(invalidated).toEqual([]);
  finish();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(invalidated).toEqual(['load']);
});

it('does not wait for ever for an answer', async () => {
  const refresher = new Refresher(queries);
  answered.push(new Promise(() => undefined));
  refresher.touch(['cameras']);
  await vi.advanceTimersByTimeAsync(1_000);
  refresher.touch(['load']);
  await vi.advanceTimersByTimeAsync(11_000);
  expect(invalidated).toEqual(['load']);
});

it('reads nothing once it is stopped', async () => {
  const refresher = new Refresher(queries);
  refresher.touch(['cameras']);
  refresher.stop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(invalidated).toEqual([]);
});
