import { CATALOGUE } from '../scenarios/catalogue.js';
import { runScenario } from '../scenarios/run.js';
import type { LoggedEvent } from '../world/event-log.js';
import { contained } from './contained.js';
import { type Job, lostOutcome, type Outcome } from './outcome.js';

/** An outcome, and whether this process is fit for another run: what escaped from one may still be at work. */
export interface Played {
  readonly outcome: Outcome;
  readonly isClean: boolean;
}

/** Plays one run in this process, which must play no other meanwhile. Never rejects. */
export async function play(job: Job, onEvent?: (event: LoggedEvent) => void): Promise<Played> {
  const startedMs = performance.now();
  const result = await contained(async () => {
    const scenario = CATALOGUE.get(job.scenario);
    if (scenario === undefined) throw new Error(`there is no scenario ${job.scenario}`);
    return runScenario(scenario, job.seed, onEvent === undefined ? {} : { onEvent });
  });
  const realMs = performance.now() - startedMs;
  if ('escaped' in result) {
    return {
      outcome: lostOutcome(job, 'nothing escapes from a run', detailOf(result.escaped), realMs),
      isClean: false,
    };
  }
  const { violation: failure, digest, events, simulatedMs } = result.value;
  return { outcome: { ...job, failure, digest, events, simulatedMs, realMs }, isClean: true };
}

function detailOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
