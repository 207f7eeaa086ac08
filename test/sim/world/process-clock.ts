import type { Clock, Timer } from '../../../src/gossip/ports/clock.js';
import { sleepOn, type VirtualClock } from '../../support/virtual-clock.js';
import type { SimProcess } from './process.js';

/** A machine's idea of wall-clock time: how far it is off, in milliseconds. Outlives the processes of the machine. */
export interface WallClock {
  offsetMs: number;
}

/** Time as one simulated process sees it: the wall clock of its machine, and timers that wait while it is stalled. */
export class ProcessClock implements Clock {
  readonly #world: VirtualClock;
  readonly #wall: WallClock;
  readonly #process: SimProcess;

  constructor(world: VirtualClock, wall: WallClock, process: SimProcess) {
    this.#world = world;
    this.#wall = wall;
    this.#process = process;
  }

  /** Whole milliseconds, as a machine's wall clock gives them. */
  nowMs(): number {
    return Math.floor(this.#world.nowMs() + this.#wall.offsetMs);
  }

  monotonicMs(): number {
    return this.#world.monotonicMs();
  }

  setTimer(ms: number, fn: () => void): Timer {
    let cancelled = false;
    const fire = (): void => {
      if (!cancelled) fn();
    };
    const timer = this.#world.setTimer(ms, () => this.#process.timer(fire));
    return {
      cancel: () => {
        cancelled = true;
        timer.cancel();
      },
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }
}
