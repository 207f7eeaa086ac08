import type { Clock } from '../../gossip/ports/clock.js';
import type { Log } from '../../gossip/ports/log.js';
import type { NodeEvent, NodeEventDraft } from './node-event.js';

/** Most events kept for those who come back to a stream. */
export const MAX_KEPT_EVENTS = 1024;

export type NodeEventListener = (event: NodeEvent) => void;

export interface SubscribeOptions {
  /** Also gives what is kept of the events after the one with this id, before `subscribe` returns. 0: all of it. */
  readonly since?: number;
}

/** What happens in a node, as it happens. */
export interface NodeEvents {
  /**
   * Calls `listener` with each event from now on, synchronously and in order. What it throws is logged, and nothing
   * else comes of it.
   *
   * @returns ends the subscription
   */
  subscribe(listener: NodeEventListener, options?: SubscribeOptions): () => void;
}

/** The part of the log that a reader has not seen. */
export interface Replay {
  /** The id after which `events` go on without a hole. */
  readonly from: number;
  /** Whether there were, or may have been, events between where the reader was and `from`. */
  readonly hasGap: boolean;
  readonly events: readonly NodeEvent[];
}

/** Numbers events, keeps the last `MAX_KEPT_EVENTS`, and hands each to whoever listens. */
export class EventLog implements NodeEvents {
  readonly #clock: Clock;
  readonly #log: Log;
  /** A ring: the event with id n is at (n - first) modulo its length. */
  readonly #ring: NodeEvent[] = [];
  /** Bounded by who subscribes: the streams, once, and the program that this node is part of. */
  readonly #listeners = new Set<NodeEventListener>();
  readonly #firstId: number;
  #lastId: number;

  /** Ids begin at the time, so that those of a process are above those of the process before it. */
  constructor(ports: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = ports.clock;
    this.#log = ports.log;
    this.#lastId = Math.floor(ports.clock.nowMs());
    this.#firstId = this.#lastId + 1;
  }

  /** The id of the last event; where there was none yet, the one before the first. */
  get lastId(): number {
    return this.#lastId;
  }

  emit(draft: NodeEventDraft): void {
    const event: NodeEvent = { id: ++this.#lastId, at: this.timestamp(), ...draft };
    this.#ring[this.#slot(event.id)] = event;
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) this.#tell(listener, event);
  }

  subscribe(listener: NodeEventListener, options: SubscribeOptions = {}): () => void {
    // Wrapped, so that each of two subscriptions of one function ends by itself.
    const own: NodeEventListener = (event) => listener(event);
    this.#listeners.add(own);
    if (options.since !== undefined) for (const event of this.after(options.since).events) this.#tell(own, event);
    return () => void this.#listeners.delete(own);
  }

  /** What has happened after the event with this id, as far as it is kept. An id of the future is nobody's. */
  after(id: number): Replay {
    const oldestId = Math.max(this.#firstId, this.#lastId - MAX_KEPT_EVENTS + 1);
    const hasGap = id < oldestId - 1 || id > this.#lastId;
    const from = hasGap ? oldestId - 1 : id;
    const events: NodeEvent[] = [];
    for (let next = from + 1; next <= this.#lastId; next++) {
      const event = this.#ring[this.#slot(next)];
      if (event !== undefined) events.push(event);
    }
    return { from, hasGap, events };
  }

  timestamp(): string {
    return new Date(this.#clock.nowMs()).toISOString();
  }

  #slot(id: number): number {
    return (id - this.#firstId) % MAX_KEPT_EVENTS;
  }

  #tell(listener: NodeEventListener, event: NodeEvent): void {
    try {
      listener(event);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.error('a listener to events failed', { kind: event.kind, reason });
    }
  }
}
