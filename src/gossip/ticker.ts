import type { Clock, Timer } from './ports/clock.js';

/** Calls a function at a fixed period until stopped. The first call comes one period after `start`. */
export class Ticker {
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #tick: () => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, periodMs: number, tick: () => void) {
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.#tick = tick;
  }

  start(): void {
    this.#timer ??= this.#schedule();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(): Timer {
    return this.#clock.setTimer(this.#periodMs, () => {
      this.#timer = this.#schedule();
      this.#tick();
    });
  }
}
