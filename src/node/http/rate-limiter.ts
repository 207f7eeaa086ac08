import { LRUCache } from 'lru-cache';
import type { Clock } from '../../gossip/ports/clock.js';
import type { Counter } from '../../gossip/ports/metrics.js';
import { fullBucket, type TokenBucket, type TokenLimit, takeToken } from '../../gossip/token-bucket.js';

/** Most addresses whose use is remembered; the least recently seen are forgotten first. */
export const MAX_TRACKED_ADDRESSES = 65_536;

export interface RateLimitCounters {
  /** Requests refused. */
  readonly limited: Counter;
  /** Addresses forgotten because others came. */
  readonly forgotten: Counter;
}

/** A token bucket for each address. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #limit: TokenLimit;
  readonly #limited: Counter;
  readonly #buckets: LRUCache<string, TokenBucket>;

  constructor(clock: Clock, limit: TokenLimit, counters: RateLimitCounters) {
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
      bucket = fullBucket(this.#limit, nowMs);
      this.#buckets.set(address, bucket);
    }
    if (takeToken(bucket, this.#limit, nowMs)) return true;
    this.#limited.inc();
    return false;
  }
}
