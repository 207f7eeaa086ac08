import type { Clock } from '../ports/clock.js';

/** How much may pass at once after a pause, in milliseconds of the rate. */
const BURST_MS = 100;

/**
 * A token bucket (ITU-T I.371, "leaky bucket as a meter") over bytes: whoever has taken more than there was waits until
 * the debt is paid, so that a transfer larger than the bucket passes as well.
 */
export class Bandwidth {
  readonly #clock: Clock;
  readonly #bytesPerMs: number;
  readonly #burstBytes: number;
  #balance: number;
  #paidMs: number;

  /** `bytesPerSecond` 0 = no limit. */
  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock;
    this.#bytesPerMs = bytesPerSecond === 0 ? Number.POSITIVE_INFINITY : bytesPerSecond / 1000;
    this.#burstBytes = this.#bytesPerMs * BURST_MS;
    this.#balance = this.#burstBytes;
    this.#paidMs = clock.monotonicMs();
  }

  /** Whether something may pass at once. */
  get isOpen(): boolean {
    this.#pay();
    return this.#balance >= 0;
  }

  /** Counts what passes without waiting. */
  spend(bytes: number): void {
    this.#pay();
    this.#balance -= bytes;
  }

  /** Counts what passed, and waits until more may. Ends early when `signal` aborts. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    this.spend(bytes);
    if (this.#balance < 0) await this.#clock.sleep(Math.ceil(-this.#balance / this.#bytesPerMs), signal);
  }

  #pay(): void {
    if (this.#bytesPerMs === Number.POSITIVE_INFINITY) return;
    const nowMs = this.#clock.monotonicMs();
    this.#balance = Math.min(this.#burstBytes, this.#balance + (nowMs - this.#paidMs) * this.#bytesPerMs);
    this.#paidMs = nowMs;
  }
}
