import type { Clock } from '../../gossip/ports/clock.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';

/** How long a write that went down is remembered at least, in milliseconds, and most that are, of each generation. */
export const SENT_DOWN_MS = 60_000;
export const MAX_SENT_DOWN = 65_536;

/**
 * Ids of writes that went down lately: a child that is attached anew sends again what was not acknowledged, and its
 * siblings have it. Two generations of ids, bounded by `MAX_SENT_DOWN` each; beyond that the older one goes early, and a
 * counter tells. Whoever is sent a write twice changes nothing.
 */
export class SentDown {
  readonly #clock: Clock;
  readonly #early: Counter;
  #newer = new Set<string>();
  #older = new Set<string>();
  #startedMs: number;

  constructor(ports: { readonly clock: Clock; readonly metrics: Metrics }) {
    this.#clock = ports.clock;
    this.#startedMs = ports.clock.monotonicMs();
    this.#early = ports.metrics.counter(
      'repram_tree_sent_down_forgotten_early_total',
      'Ids of writes sent down to children that were forgotten early, because too many went.',
    );
  }

  get size(): number {
    return this.#newer.size + this.#older.size;
  }

  /** Remembers the id; whether it is new. */
  add(id: string): boolean {
    this.#rotate();
    if (this.#newer.has(id) || this.#older.has(id)) return false;
    this.#newer.add(id);
    return true;
  }

  #rotate(): void {
    const nowMs = this.#clock.monotonicMs();
    const isOld = nowMs - this.#startedMs >= SENT_DOWN_MS;
    if (!isOld && this.#newer.size < MAX_SENT_DOWN) return;
    if (!isOld) this.#early.inc(this.#older.size);
    this.#older = this.#newer;
    this.#newer = new Set();
    this.#startedMs = nowMs;
  }
}
