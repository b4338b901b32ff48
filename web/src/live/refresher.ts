import type { QueryClient } from '@tanstack/react-query';

import { refreshCases, rereadCases } from '../api/caseLists';

const EVERY_MS = 1_000;
/** What has not been answered by then does not hold up what changes next. */
const LONGEST_MS = 10_000;

/** Reads again what has changed, at most once a second however much changes. */
export class Refresher {
  private readonly keys = new Set<string>();
  private readonly cases = new Set<string>();
  private everyCase = false;
  private stopped = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly queries: QueryClient) {}

  /** Something of these kinds has changed. */
  touch(...keys: readonly unknown[][]): void {
    for (const key of keys) this.keys.add(JSON.stringify(key));
    this.start();
  }

  caseChanged(id: string): void {
    this.cases.add(id);
    this.touch(['overview'], ['load'], ['case-counts'], ['case', id]);
  }

  /** It is not known what has changed. */
  touchEverything(): void {
    this.everyCase = true;
    this.touch(['overview'], ['cameras'], ['load'], ['case-counts'], ['case']);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private start(): void {
    this.timer ??= setTimeout(() => void this.refresh(), EVERY_MS);
  }

  private async refresh(): Promise<void> {
    const [keys, cases, everyCase] = [[...this.keys], [...this.cases], this.everyCase];
    this.keys.clear();
    this.cases.clear();
    this.everyCase = false;
    const others = keys.map((key) => this.queries.invalidateQueries({ queryKey: JSON.parse(key) as unknown[] }));
    const all = [...others, refreshCases(this.queries, cases), ...(everyCase ? [rereadCases(this.queries, { deep: false })] : [])];
    await Promise.race([Promise.allSettled(all), new Promise((resolve) => setTimeout(resolve, LONGEST_MS))]);
    this.timer = undefined;
    if (this.keys.size > 0 && !this.stopped) this.start();
  }
}
