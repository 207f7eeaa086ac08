import type { Outcome } from './outcome.js';

/** Failures kept in full; more are only counted. */
const MAX_FAILURES = 1000;

/** Many runs, added up. */
export class Totals {
  readonly #startedMs = performance.now();
  readonly #failures: Outcome[] = [];
  /** Bounded by the invariants there are. */
  readonly #byInvariant = new Map<string, number>();
  #runs = 0;
  #failed = 0;
  #simulatedMs = 0;
  #slowest: Outcome | undefined;

  add(outcome: Outcome): void {
    this.#runs++;
    this.#simulatedMs += outcome.simulatedMs;
    if (this.#slowest === undefined || outcome.realMs > this.#slowest.realMs) this.#slowest = outcome;
    if (outcome.failure === undefined) return;
    this.#failed++;
    const { invariant } = outcome.failure;
    this.#byInvariant.set(invariant, (this.#byInvariant.get(invariant) ?? 0) + 1);
    if (this.#failures.length < MAX_FAILURES) this.#failures.push(outcome);
  }

  get runs(): number {
    return this.#runs;
  }

  get failed(): number {
    return this.#failed;
  }

  get failures(): readonly Outcome[] {
    return this.#failures;
  }

  /** How many runs each invariant ended. */
  get byInvariant(): ReadonlyMap<string, number> {
    return this.#byInvariant;
  }

  /** The run that took longest in real time. */
  get slowest(): Outcome | undefined {
    return this.#slowest;
  }

  get realMs(): number {
    return performance.now() - this.#startedMs;
  }

  get runsPerSecond(): number {
    return (1000 * this.#runs) / this.realMs;
  }

  /** How many times faster than real time, all workers together. */
  get speed(): number {
    return this.#simulatedMs / this.realMs;
  }
}
