import type { Clock, Timer } from '../../../src/gossip/ports/clock.js';

/** Timers that end together. */
export class Timers {
  readonly #clock: Clock;
  /** Timers that have neither fired nor been cancelled: bounded by what is in flight, since every one fires or ends. */
  readonly #pending = new Set<Timer>();
  #ended = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(ms: number, fn: () => void): Timer {
    if (this.#ended) return { cancel: () => undefined };
    const timer = this.#clock.setTimer(ms, () => {
      this.#pending.delete(timer);
      fn();
    });
    this.#pending.add(timer);
    return {
      cancel: () => {
        this.#pending.delete(timer);
        timer.cancel();
      },
    };
  }

  /** Calls `fn` at a fixed period. The first call comes one period from now. */
  every(periodMs: number, fn: () => void): void {
    this.set(periodMs, () => {
      this.every(periodMs, fn);
      fn();
    });
  }

  /** Resolves after `ms`; never, once the timers have ended. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.set(ms, resolve));
  }

  /** Cancels every timer. None can be set any more. */
  end(): void {
    this.#ended = true;
    for (const timer of this.#pending) timer.cancel();
    this.#pending.clear();
  }
}
