import { createParser } from 'eventsource-parser';

import { fetchAsCaller } from '../api/session';
import type { Source } from './stream';

type Fetcher = (url: string, init: RequestInit) => Promise<Response>;

/** An EventSource over fetch, which can send headers. It ends at the first break: `LiveStream` connects again. */
export class FetchSource implements Source {
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  private readonly listeners = new Map<string, (event: MessageEvent<string>) => void>();
  private readonly abort = new AbortController();

  constructor(url: string, fetcher: Fetcher = fetchAsCaller) {
    void this.follow(url, fetcher);
  }

  addEventListener(kind: string, listener: (event: MessageEvent<string>) => void): void {
    this.listeners.set(kind, listener);
  }

  close(): void {
    this.abort.abort();
  }

  private async follow(url: string, fetcher: Fetcher): Promise<void> {
    try {
      const answered = await fetcher(url, { signal: this.abort.signal, headers: { Accept: 'text/event-stream' }, cache: 'no-store' });
      if (!answered.ok || answered.body === null) throw new Error(`the stream answered ${answered.status}`);
      this.onopen?.();
      const parser = createParser({
        onEvent: ({ event, id, data }) =>
          this.listeners.get(event ?? 'message')?.(new MessageEvent('message', { data, lastEventId: id ?? '' })),
      });
      const reader = answered.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) parser.feed(part.value);
    } catch {
      // However it broke, the remedy is the same: connect again.
    }
    if (!this.abort.signal.aborted) this.onerror?.();
  }
}
