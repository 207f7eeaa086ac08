import { describeTotals } from './describe.js';
import type { ManyRuns } from './options.js';
import type { Job } from './outcome.js';
import { Output } from './output.js';
import { freshSeed, seedAfter } from './seeds.js';
import { playSeries } from './series.js';

/** Plays many seeds of one scenario. Whether every invariant held in all that were asked for. */
export async function playMany(options: ManyRuns): Promise<boolean> {
  const { scenario, runs, fromSeed = freshSeed(), failFast, json, pool } = options;
  const output = new Output(process.stdout);
  if (!json) output.line(`${runs} runs of ${scenario} from seed ${fromSeed} on ${pool.workers} workers`);
  const { totals, isInterrupted } = await playSeries(seedsFrom(scenario, fromSeed, runs), {
    pool,
    total: runs,
    failFast,
    silent: json,
  });
  if (json) {
    const { failed, failures, slowest, realMs, runsPerSecond, speed } = totals;
    const figures = { runs: totals.runs, failed, realMs, runsPerSecond, speed, slowest, failures };
    output.line(JSON.stringify({ scenario, fromSeed, isInterrupted, ...figures }));
  } else {
    for (const line of describeTotals(totals)) output.line(line);
  }
  return totals.failed === 0 && !isInterrupted;
}

/** A scenario with as many seeds in a row. */
export function* seedsFrom(scenario: string, fromSeed: number, runs: number): Generator<Job> {
  for (let index = 0; index < runs; index++) yield { scenario, seed: seedAfter(fromSeed, index) };
}
