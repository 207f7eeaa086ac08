import { linkName } from './links.js';
import type { Machine } from './machine.js';

/**
 * The longest queue of a link, in milliseconds of sending. Whoever sends gives up after 5 s and closes the connection, so
 * bytes that would have to wait for longer than that, and for longer than those of others that wait already, never leave.
 */
export const MAX_QUEUE_MS = 10_000;

/**
 * Bytes leave a narrow link one after the other. A queue outlives the conditions that made it: it drains at the rate it
 * had, and what is sent later leaves after it, however wide the link has become. So nothing overtakes within a queue.
 */
export class LinkQueues {
  /** World time until which what was sent before occupies a link, by its name. Bounded by the links of the run. */
  readonly #freeAtMs = new Map<string, number>();

  /**
   * Queues bytes sent at `nowMs`. Returns how long they take to leave, behind those that wait already, in milliseconds;
   * `undefined` where the queue would grow longer than `MAX_QUEUE_MS`.
   */
  add(from: Machine, to: Machine, bytes: number, bytesPerSecond: number, nowMs: number): number | undefined {
    const isWide = bytesPerSecond === Number.POSITIVE_INFINITY;
    if (isWide && this.#freeAtMs.size === 0) return 0;
    const name = linkName(from, to);
    const beginsMs = Math.max(nowMs, this.#freeAtMs.get(name) ?? 0);
    if (isWide && beginsMs === nowMs) {
      this.#freeAtMs.delete(name);
      return 0;
    }
    const freeAtMs = beginsMs + (bytes * 1000) / bytesPerSecond;
    if (freeAtMs - nowMs > MAX_QUEUE_MS) return undefined;
    this.#freeAtMs.set(name, freeAtMs);
    return freeAtMs - nowMs;
  }

  /** Forgets the queues: nothing waits behind them any more. */
  clear(): void {
    this.#freeAtMs.clear();
  }
}
