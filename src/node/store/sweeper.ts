import type { Clock, Timer } from '../../gossip/ports/clock.js';

const PERIOD_MS = 1000;
/** Entries removed in one go: about a millisecond of work. */
const SLICE = 500;

/**
 * Frees what has expired, once a second, in slices between which the event loop serves others: a million expiries in
 * one second delay nobody. It only frees memory; readers never see an expired entry, swept or not.
 */
export class Sweeper {
  readonly #clock: Clock;
  readonly #sweep: (limit: number) => number;
  #timer: Timer | undefined;

  /** `sweep` removes at most `limit` expired entries and says how many there were. */
  constructor(ports: { readonly clock: Clock }, sweep: (limit: number) => number) {
    this.#clock = ports.clock;
    this.#sweep = sweep;
  }

  /** Does nothing where it runs already. */
  start(): void {
    if (this.#timer === undefined) this.#arm(PERIOD_MS);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(ms: number): void {
    this.#timer = this.#clock.setTimer(ms, () => this.#arm(this.#sweep(SLICE) === SLICE ? 0 : PERIOD_MS));
  }
}
