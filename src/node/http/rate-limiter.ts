import { LRUCache } from 'lru-cache';
import type { Clock } from '../../gossip/ports/clock.js';
import type { Counter } from '../../gossip/ports/metrics.js';

/** Most addresses whose use is remembered; the least recently seen are forgotten first. */
export const MAX_TRACKED_ADDRESSES = 65_536;

export interface RateLimit {
  readonly perSecond: number;
  /** At least 1, or nothing ever gets through. */
  readonly burst: number;
}

export interface RateLimitCounters {
  /** Requests refused. */
  readonly limited: Counter;
  /** Addresses forgotten because others came. */
  readonly forgotten: Counter;
}

interface Bucket {
  tokens: number;
  filledMs: number;
}

/** A token bucket for each address. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #limit: RateLimit;
  readonly #limited: Counter;
  readonly #buckets: LRUCache<string, Bucket>;

  constructor(clock: Clock, limit: RateLimit, counters: RateLimitCounters) {
    this.#clock = clock;
    this.#limit = limit;
    this.#limited = counters.limited;
    this.#buckets = new LRUCache({
      max: MAX_TRACKED_ADDRESSES,
      dispose: (_bucket, _address, reason) => {
        if (reason === 'evict') counters.forgotten.inc();
      },
    });
  }

  /** How long it takes at most until there is another request's worth, in whole seconds. */
  get retryAfterSeconds(): number {
    return Math.ceil(1 / this.#limit.perSecond);
  }

  /** Takes one request's worth; whether there was any. */
  take(address: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    let bucket = this.#buckets.get(address);
    if (bucket === undefined) {
      bucket = { tokens: this.#limit.burst, filledMs: nowMs };
      this.#buckets.set(address, bucket);
    }
    const gained = ((nowMs - bucket.filledMs) * this.#limit.perSecond) / 1000;
    bucket.tokens = Math.min(this.#limit.burst, bucket.tokens + gained);
    bucket.filledMs = nowMs;
    if (bucket.tokens < 1) {
      this.#limited.inc();
      return false;
    }
    bucket.tokens--;
    return true;
  }
}
