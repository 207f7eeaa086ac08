import { describeFailure, describeSpeed } from './describe.js';
import type { EventFilter } from './event-filter.js';
import type { OneRun } from './options.js';
import { type Job, type Outcome, replayCommand } from './outcome.js';
import { Output } from './output.js';
import { play } from './play.js';
import { freshSeed } from './seeds.js';
import { Timeline } from './timeline.js';

/** Plays one run and shows it. Whether every invariant held. */
export async function playOne({ scenario, seed = freshSeed(), filter, print }: OneRun): Promise<boolean> {
  const job = { scenario, seed };
  const output = new Output(process.stdout);
  if (print === 'timeline') return showTimeline(job, filter, output);
  const { outcome } = await play(job);
  if (print === 'json') output.line(JSON.stringify(outcome));
  else printDigest(outcome, output);
  return outcome.failure === undefined;
}

async function showTimeline(job: Job, filter: EventFilter, output: Output): Promise<boolean> {
  const timeline = new Timeline(output, filter);
  const { outcome } = await play(job, (event) => timeline.add(event));
  const { failure, digest, events, scenario, seed } = outcome;
  timeline.explainNothing(outcome.simulatedMs);
  if (failure !== undefined) timeline.printBefore(failure.detail);
  const verdict = failure === undefined ? '✓ every invariant held' : `✗ ${describeFailure(failure)}`;
  output.line(`\n${output.paint(failure === undefined ? '32' : '31', verdict)}`);
  output.line(`${scenario}, seed ${seed}: ${events} events, ${describeSpeed(outcome)}`);
  if (digest !== undefined) output.line(`digest ${digest}`);
  if (failure !== undefined) output.line(`again: ${replayCommand(job)}`);
  return failure === undefined;
}

/** What broke goes to stderr: whoever compares digests reads one line. */
function printDigest({ digest, failure }: Outcome, output: Output): void {
  if (digest !== undefined) output.line(digest);
  if (failure !== undefined) process.stderr.write(`${describeFailure(failure)}\n`);
}
