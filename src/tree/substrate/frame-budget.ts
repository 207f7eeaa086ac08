import type { Clock } from '../../gossip/ports/clock.js';

/** Frames a child may send for good, a second, and at once after a pause. */
export const FRAMES_PER_SECOND = 10_000;
export const FRAME_BURST = 20_000;

/** A token bucket over the frames of one socket. */
export class FrameBudget {
  readonly #clock: Clock;
  #tokens = FRAME_BURST;
  #paidMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#paidMs = clock.monotonicMs();
  }

  /** Counts one frame; whether it may pass. */
  take(): boolean {
    const nowMs = this.#clock.monotonicMs();
    this.#tokens = Math.min(FRAME_BURST, this.#tokens + ((nowMs - this.#paidMs) * FRAMES_PER_SECOND) / 1000);
    this.#paidMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
