import type { Clock } from '../../../src/gossip/ports/clock.js';

/** How long a message id is remembered, in milliseconds. */
export const DEDUP_MS = 60_000;

/** Dedup of writes by message id. */
export class SeenIds {
  readonly #clock: Clock;
  /** When each id was first seen, oldest first. Bounded by the writes of 60 s: `isNew` drops the older ones. */
  readonly #seenMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the id has not been seen for 60 s. It has been, from now on. */
  isNew(id: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    for (const [old, seenMs] of this.#seenMs) {
      if (nowMs - seenMs < DEDUP_MS) break;
      this.#seenMs.delete(old);
    }
    if (this.#seenMs.has(id)) return false;
    this.#seenMs.set(id, nowMs);
    return true;
  }
}
