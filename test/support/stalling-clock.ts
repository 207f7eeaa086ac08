import { VirtualClock } from './virtual-clock.js';

/** A virtual clock whose timers fire late by as long as the process under test stood still. */
export class StallingClock extends VirtualClock {
  #stoodStillMs = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + this.#stoodStillMs;
  }

  standStill(ms: number): void {
    this.#stoodStillMs += ms;
  }
}
