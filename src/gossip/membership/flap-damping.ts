import type { Clock } from '../ports/clock.js';

/** Mistaken evictions that are forgiven: the member is back at once. */
export const FORGIVEN_FLAPS = 5;

/** A mistaken eviction counts for this long, in milliseconds. */
const FLAP_MEMORY_MS = 300_000;

const FIRST_HOLD_MS = 5000;
const MAX_HOLD_MS = 30_000;

interface Flaps {
  readonly count: number;
  readonly lastMs: number;
  readonly heldUntilMs: number;
}

/**
 * Holds back members that come and go without having died: from the sixth mistaken eviction within five minutes on, a
 * member has to answer for 5 s, doubling to 30 s, before it is listed again. So a machine that stops for seconds again and
 * again does not have every node announce, refill and lose it each time.
 */
export class FlapDamping {
  readonly #clock: Clock;
  /** Members evicted by mistake. Bounded by the member table: pruned when it forgets. */
  readonly #flaps = new Map<string, Flaps>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A member that was evicted shows that it lives, as the process it was. Whether it may be listed again now. */
  admits(id: string, evictedMs: number): boolean {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#flaps.get(id);
    if (known !== undefined && known.lastMs >= evictedMs) return nowMs >= known.heldUntilMs;
    const count = known !== undefined && nowMs - known.lastMs < FLAP_MEMORY_MS ? known.count + 1 : 1;
    const heldUntilMs = nowMs + holdMs(count);
    this.#flaps.set(id, { count, lastMs: nowMs, heldUntilMs });
    return nowMs >= heldUntilMs;
  }

  /** Forgets members that have been quiet for long enough. */
  prune(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [id, { lastMs }] of this.#flaps) if (nowMs - lastMs >= FLAP_MEMORY_MS) this.#flaps.delete(id);
  }
}

/** How long the member has to answer first after its `count`th mistaken eviction, in milliseconds. */
export function holdMs(count: number): number {
  if (count <= FORGIVEN_FLAPS) return 0;
  return Math.min(MAX_HOLD_MS, FIRST_HOLD_MS * 2 ** (count - FORGIVEN_FLAPS - 1));
}
