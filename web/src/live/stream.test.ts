import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { FetchSource } from './fetchSource';
import type { LiveMessage } from './messages';
import { LiveStream, type Source, type StreamStatus } from './stream';

class FakeSource implements Source {
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  private readonly listeners = new Map<string, (event: MessageEvent<string>) => void>();

  constructor(readonly url: string) {}
  addEventListener(kind: string, listener: (event: MessageEvent<string>) => void) {
    this.listeners.set(kind, listener);
  }
  close() {
    this.closed = true;
  }
  tell(kind: string, id: number | string, data = '{"time":"2026-11-21T08:00:00Z","data":{"case_id":"c"}}') {
    this.listeners.get(kind)?.(new MessageEvent('message', { data, lastEventId: String(id) }));
  }
}

let opened: FakeSource[];
let messages: LiveMessage[];
let statuses: StreamStatus[];

function follow(from: number): LiveStream {
  return new LiveStream(from, {
    onMessage: (message) => messages.push(message),
    onStatus: (status) => statuses.push(status),
    open: (url) => {
      const source = new FakeSource(url);
      opened.push(source);
      return source;
    },
  });
}

function last(): FakeSource {
  return opened.at(-1) as FakeSource;
}

beforeEach(() => {
  vi.useFakeTimers();
  [opened, messages, statuses] = [[], [], []];
});
afterEach(() => vi.useRealTimers());

it('goes on after the last message once the node is back, and tells nothing twice', () => {
  follow(40).start();
  expect(last().url).toBe('/api/v1/stream?after=40');
  last().onopen?.();
  last().tell('case', 41);
  last().tell('camera', 42);
  last().onerror?.();
  expect(statuses).toEqual(['connecting', 'live', 'lost']);
  vi.advanceTimersByTime(1_000);
  expect(last().url).toBe('/api/v1/stream?after=42');
  last().tell('camera', 42);
  last().tell('verification', 43);
  expect(messages.map(({ id, kind }) => [id, kind])).toEqual([
    [41, 'case'],
    [42, 'camera'],
    [43, 'verification'],
  ]);
});

it('waits longer and longer, at most a quarter of a minute, and not at all when hurried', () => {
  const stream = follow(0);
  stream.start();
  const waits: number[] = [];
  for (let i = 0; i < 6; i++) {
    last().onerror?.();
    const number = opened.length;
    let waited = 0;
    while (opened.length === number) {
      vi.advanceTimersByTime(500);
      waited += 500;
    }
    waits.push(waited);
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  last().onerror?.();
  const number = opened.length;
  stream.hurry();
  expect(opened.length).toBe(number + 1);
});

it('stops, and goes on later', () => {
  const stream = follow(5);
  stream.start();
  last().tell('case', 6);
  stream.stop();
  expect(last().closed).toBe(true);
  vi.advanceTimersByTime(60_000);
  expect(opened).toHaveLength(1);
  stream.start();
  expect(last().url).toBe('/api/v1/stream?after=6');
});

it.each(['not json', '[]', '{"time":1,"data":{}}', '{"time":"2026-11-21T08:00:00Z"}'])('leaves out %s', (text) => {
  follow(0).start();
  last().tell('case', 1, text);
  last().tell('case', 'x');
  expect(messages).toEqual([]);
});

it('reads server-sent events over fetch, whatever way they are cut', async () => {
  vi.useRealTimers();
  const text = ': ping\n\nevent: case\nid: 7\ndata: {"a":\ndata: 1}\n\nevent: other\ndata: x\n\n';
  const parts = Array.from(new TextEncoder().encode(text), (byte) => Uint8Array.of(byte));
  const body = new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
  const told: [string, string][] = [];
  let isOpen = false;
  await new Promise<void>((resolve) => {
    const source = new FetchSource('/api/v1/stream?after=6', () => Promise.resolve(new Response(body)));
    source.addEventListener('case', (event) => told.push([event.lastEventId, event.data]));
    source.onopen = () => (isOpen = true);
    source.onerror = resolve;
  });
  expect(isOpen).toBe(true);
  expect(told).toEqual([['7', '{"a":\n1}']]);
});

it('breaks on an answer that is no stream', async () => {
  vi.useRealTimers();
  let isOpen = false;
  await new Promise<void>((resolve) => {
    const source = new FetchSource('/s', () => Promise.resolve(new Response('busy', { status: 503 })));
    source.onopen = () => (isOpen = true);
    source.onerror = resolve;
  });
  expect(isOpen).toBe(false);
});
