import { linkName } from './links.js';
import type { Machine } from './machine.js';

/**
 * Bytes leave a narrow link one after the other. A queue outlives the conditions that made it: it drains at the rate it
 * had, and what is sent later leaves after it, however wide the link has become. So nothing overtakes within a queue.
 */
export class LinkQueues {
  /** World time until which what was sent before occupies a link, by its name. Bounded by the links of the run. */
  readonly #freeAtMs = new Map<string, number>();

  /**
   * Queues bytes sent at `nowMs`. Returns how long they take to leave, behind those that wait already, in milliseconds.
   */
  add(from: Machine, to: Machine, bytes: number, bytesPerSecond: number, nowMs: number): number {
    const isWide = bytesPerSecond === Number.POSITIVE_INFINITY;
    if (isWide && this.#freeAtMs.size === 0) return 0;
    const name = linkName(from, to);
    const beginsMs = Math.max(nowMs, this.#freeAtMs.get(name) ?? 0);
    if (isWide && beginsMs === nowMs) {
      this.#freeAtMs.delete(name);
      return 0;
    }
    const freeAtMs = beginsMs + (bytes * 1000) / bytesPerSecond;
    this.#freeAtMs.set(name, freeAtMs);
    return freeAtMs - nowMs;
  }

  /** Forgets the queues: nothing waits behind them any more. */
  clear(): void {
    this.#freeAtMs.clear();
  }
}
