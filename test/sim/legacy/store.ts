import type { Clock } from '../../../src/gossip/ports/clock.js';

export interface LegacyValue {
  readonly bytes: Uint8Array;
  /** Wall-clock time in milliseconds. */
  readonly expiresAtMs: number;
}

interface Held {
  readonly bytes: Uint8Array;
  /** Monotonic: a jump of the wall clock does not change how long a value is kept. */
  readonly deadlineMs: number;
}

/**
 * What an old node holds. There are no versions: the last arrival wins, and its time to live counts from its arrival.
 */
export class LegacyStore {
  readonly #clock: Clock;
  readonly #maxBytes: number;
  /** Bounded by `maxBytes` where it is set, and by the time to live: `sweep` drops what has expired. */
  readonly #held = new Map<string, Held>();
  #bytes = 0;

  /** @param maxBytes of all values together; 0 is unlimited */
  constructor(clock: Clock, maxBytes: number) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
  }

  /** Whether there was room. */
  put(key: string, bytes: Uint8Array, ttlS: number): boolean {
    const wanted = this.#bytes - (this.#held.get(key)?.bytes.length ?? 0) + bytes.length;
    if (this.#maxBytes > 0 && wanted > this.#maxBytes) return false;
    this.#bytes = wanted;
    this.#held.set(key, { bytes, deadlineMs: this.#clock.monotonicMs() + ttlS * 1000 });
    return true;
  }

  get(key: string): LegacyValue | undefined {
    const held = this.#held.get(key);
    if (held === undefined || this.#isOver(held)) return undefined;
    return { bytes: held.bytes, expiresAtMs: this.#clock.nowMs() + held.deadlineMs - this.#clock.monotonicMs() };
  }

  sweep(): void {
    for (const [key, held] of this.#held) {
      if (!this.#isOver(held)) continue;
      this.#held.delete(key);
      this.#bytes -= held.bytes.length;
    }
  }

  #isOver(held: Held): boolean {
    return this.#clock.monotonicMs() >= held.deadlineMs;
  }
}
