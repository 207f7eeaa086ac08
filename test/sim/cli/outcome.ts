/** One run to play: the same job gives the same outcome, whoever plays it, apart from how long it took. */
export interface Job {
  readonly scenario: string;
  readonly seed: number;
}

/** Why a run failed: an invariant of the protocol, or of running at all. */
export interface Failure {
  readonly invariant: string;
  /** Milliseconds since the world began, where that is known. */
  readonly atMs: number | undefined;
  readonly detail: string;
}

/** How a run ended. A run that ended its process has neither digest nor events. */
export interface Outcome extends Job {
  readonly failure: Failure | undefined;
  /** SHA-256 over the event log. */
  readonly digest: string | undefined;
  readonly events: number;
  readonly simulatedMs: number;
  /** What it took in real time. */
  readonly realMs: number;
}

/** The outcome of a run that could not tell of itself. */
export function lostOutcome(job: Job, invariant: string, detail: string, realMs: number): Outcome {
  const failure = { invariant, atMs: undefined, detail };
  return { ...job, failure, digest: undefined, events: 0, simulatedMs: 0, realMs };
}

/** The outcome of a run that was given up after so many real milliseconds. */
export function lateOutcome(job: Job, limitMs: number): Outcome {
  return lostOutcome(job, 'a run ends', `not within ${limitMs / 1000} s of real time`, limitMs);
}

/** What to type to see a run again. */
export function replayCommand({ scenario, seed }: Job): string {
  return `npm run sim -- --scenario ${scenario} --seed ${seed}`;
}
