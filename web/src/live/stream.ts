import { FetchSource } from './fetchSource';
import { KINDS, readMessage, type LiveMessage } from './messages';

export type StreamStatus = 'connecting' | 'live' | 'lost';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;

/** The part of EventSource that is used, so that tests can bring their own. */
export interface Source {
  addEventListener(kind: string, listener: (event: MessageEvent<string>) => void): void;
  onopen: (() => void) | null;
  onerror: (() => void) | null;
  close(): void;
}

interface Options {
  onMessage: (message: LiveMessage) => void;
  onStatus: (status: StreamStatus) => void;
  open?: (url: string) => Source;
}

/**
 * Follows `/api/v1/stream`. After a break it connects again by itself, with growing waits, and goes on after the last
 * message it has seen, so that nothing is missed and nothing is told twice.
 */
export class LiveStream {
  private source: Source | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private waitMs = FIRST_WAIT_MS;
  private running = false;

  constructor(
    private place: number,
    private readonly options: Options,
  ) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    this.waitMs = FIRST_WAIT_MS;
    this.connect();
  }

  /** Stop following; `start` goes on after the last message. */
  stop(): void {
    this.running = false;
    clearTimeout(this.timer);
    this.source?.close();
    this.source = undefined;
  }

  /** Connect now instead of at the end of the present wait. */
  hurry(): void {
    if (!this.running || this.source !== undefined) return;
    clearTimeout(this.timer);
    this.connect();
  }

  private connect(): void {
    this.options.onStatus('connecting');
    const open = this.options.open ?? ((url: string) => new FetchSource(url));
    const source = open(`/api/v1/stream?after=${this.place}`);
    this.source = source;
    source.onopen = () => {
      this.waitMs = FIRST_WAIT_MS;
      this.options.onStatus('live');
    };
    source.onerror = () => {
      source.close();
      if (this.source !== source) return;
      this.source = undefined;
      this.options.onStatus('lost');
      this.timer = setTimeout(() => this.connect(), this.waitMs);
      this.waitMs = Math.min(2 * this.waitMs, LONGEST_WAIT_MS);
    };
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        const message = readMessage(kind, event.lastEventId, event.data);
        if (message === undefined || message.id <= this.place) return;
        this.place = message.id;
        this.options.onMessage(message);
      });
    }
  }
}
