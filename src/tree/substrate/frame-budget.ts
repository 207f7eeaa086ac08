import type { Clock } from '../../gossip/ports/clock.js';
import { fullBucket, type TokenBucket, takeToken } from '../../gossip/token-bucket.js';

/** Frames a child may send for good, a second, and at once after a pause. */
export const FRAMES_PER_SECOND = 10_000;
export const FRAME_BURST = 20_000;

const LIMIT = { perSecond: FRAMES_PER_SECOND, burst: FRAME_BURST } as const;

/** A token bucket over the frames of one socket. */
export class FrameBudget {
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#bucket = fullBucket(LIMIT, clock.monotonicMs());
  }

  /** Counts one frame; whether it may pass. */
  take(): boolean {
    return takeToken(this.#bucket, LIMIT, this.#clock.monotonicMs());
  }
}
