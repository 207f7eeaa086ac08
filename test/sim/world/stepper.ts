import { settle, type VirtualClock } from '../../support/virtual-clock.js';
import type { WorldObserver } from './observer.js';
import type { SimProcess } from './process.js';
import { InvariantViolated, type Violation } from './violation.js';

/** Steps within one moment after which time has to move: nothing that is sound needs as many. */
const MAX_STEPS_PER_MOMENT = 1_000_000;

/**
 * Lets time pass step by step, one timer and all it sets off at a time, up to the first step that breaks an invariant.
 */
export class Stepper {
  readonly #clock: VirtualClock;
  readonly #observer: WorldObserver;
  readonly #seed: number;
  /** Processes whose code ran in this step. */
  readonly #ran = new Set<SimProcess>();
  #violation: Violation | undefined;
  #stepsNow = 0;
  #momentMs = -1;

  /** The seed is for whoever reads of a violation. */
  constructor(ports: { readonly clock: VirtualClock; readonly observer: WorldObserver }, seed: number) {
    this.#clock = ports.clock;
    this.#observer = ports.observer;
    this.#seed = seed;
  }

  /** Code of the process runs in this step. */
  entered(process: SimProcess): void {
    this.#ran.add(process);
  }

  /** An invariant does not hold. The first to be told of ends the run, after the step. */
  violated(invariant: string, detail: string): void {
    this.#violation ??= { invariant, atMs: this.#clock.monotonicMs(), detail };
  }

  /** As `World.runUntil`. */
  async runUntil(isReached: () => boolean, withinMs: number): Promise<boolean> {
    const untilMs = this.#clock.monotonicMs() + withinMs;
    await this.#settle();
    while (!isReached()) {
      if (!this.#step(untilMs)) return false;
      await this.#settle();
    }
    return true;
  }

  #step(untilMs: number): boolean {
    try {
      return this.#clock.step(untilMs);
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.violated('nothing ends a process', detail);
      return true;
    }
  }

  async #settle(): Promise<void> {
    await settle();
    const nowMs = this.#clock.monotonicMs();
    if (this.#momentMs !== nowMs) this.#stepsNow = 0;
    this.#momentMs = nowMs;
    if (++this.#stepsNow > MAX_STEPS_PER_MOMENT) this.violated('time goes on', 'work without end in one moment');
    this.#observer.stepped?.(this.#ran);
    this.#ran.clear();
    if (this.#violation !== undefined) throw new InvariantViolated(this.#violation, this.#seed);
  }
}
