import { request } from 'undici';
import { Bell } from './bell.js';

/** An event of a node, as its stream tells it. */
export interface FeedEvent {
  readonly kind: string;
  readonly parent?: { readonly id: string };
  readonly member?: { readonly id: string };
  readonly cause?: string;
  readonly duration_ms?: number;
  /** Reading of `performance.now()` when it came. */
  readonly atMs: number;
}

/** The events of one node as they come, until it is closed. */
export class EventFeed {
  readonly #closing = new AbortController();
  /** Bounded by the drill. */
  readonly #events: FeedEvent[] = [];
  readonly #bell = new Bell();

  constructor(origin: string) {
    void this.#follow(`${origin}/v1/events`);
  }

  /** The first event after `sinceMs` that `matches`; `undefined` where none comes in time. */
  async next(
    matches: (event: FeedEvent) => boolean,
    { sinceMs, timeoutMs }: { readonly sinceMs: number; readonly timeoutMs: number },
  ): Promise<FeedEvent | undefined> {
    const deadlineMs = performance.now() + timeoutMs;
    for (;;) {
      const found = this.#events.find((event) => event.atMs >= sinceMs && matches(event));
      const remainingMs = deadlineMs - performance.now();
      if (found !== undefined || remainingMs <= 0) return found;
      await this.#bell.rung(remainingMs);
    }
  }

  /** All events since `sinceMs` that `matches`, up to now. */
  all(matches: (event: FeedEvent) => boolean, sinceMs: number): readonly FeedEvent[] {
    return this.#events.filter((event) => event.atMs >= sinceMs && matches(event));
  }

  close(): void {
    this.#closing.abort();
  }

  async #follow(url: string): Promise<void> {
    try {
      const { body } = await request(url, { signal: this.#closing.signal, bodyTimeout: 0 });
      let text = '';
      for await (const chunk of body.setEncoding('utf8')) {
        text += chunk;
        const frames = text.split('\n\n');
        text = frames.pop() ?? '';
        for (const frame of frames) this.#take(frame);
      }
    } catch {
      // Closed, or the node has ended: whoever waits for an event does so in vain, and says so.
    }
  }

  #take(frame: string): void {
    const data = frame
      .split('\n')
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice('data:'.length))
      .join('\n');
    if (data === '') return;
    this.#events.push({ ...(JSON.parse(data) as Omit<FeedEvent, 'atMs'>), atMs: performance.now() });
    this.#bell.ring();
  }
}
