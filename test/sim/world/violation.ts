/** Something that must never happen has happened. */
export interface Violation {
  /** The invariant that does not hold. */
  readonly invariant: string;
  /** Milliseconds since the world began. */
  readonly atMs: number;
  readonly detail: string;
}

/** Ends a run at the step in which an invariant was broken. */
export class InvariantViolated extends Error {
  readonly violation: Violation;
  readonly seed: number;

  constructor(violation: Violation, seed: number) {
    const { invariant, atMs, detail } = violation;
    super(`seed ${seed}, ${(atMs / 1000).toFixed(3)} s: ${invariant}: ${detail}`);
    this.name = 'InvariantViolated';
    this.violation = violation;
    this.seed = seed;
  }
}
