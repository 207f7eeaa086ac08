import type { Clock } from '../../../src/gossip/ports/clock.js';

const RATE_PER_S = 100;
const BURST = 200;
const MAX_SENDERS = 1024;

interface Bucket {
  tokens: number;
  filledMs: number;
}

/** Old nodes limit everybody, peers included, by address: 100 requests a second after a burst of 200. */
export class RateLimit {
  readonly #clock: Clock;
  /** Bounded by MAX_SENDERS: the sender longest unheard is forgotten. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  admits(sender: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    const { tokens, filledMs } = this.#buckets.get(sender) ?? { tokens: BURST, filledMs: nowMs };
    const filled = Math.min(BURST, tokens + ((nowMs - filledMs) * RATE_PER_S) / 1000);
    this.#buckets.delete(sender);
    this.#buckets.set(sender, { tokens: filled >= 1 ? filled - 1 : filled, filledMs: nowMs });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MAX_SENDERS && oldest !== undefined) this.#buckets.delete(oldest);
    return filled >= 1;
  }
}
