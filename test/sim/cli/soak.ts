import { parseFlags, UsageError } from '../../../scripts/lib/usage.js';
import { CORPUS_NAMES, DRAWN } from '../scenarios/catalogue.js';
import { describeTotals } from './describe.js';
import { FAILURES_FILE, FailuresFile, failuresPath } from './failures-file.js';
import { POOL_FLAGS, parsePool } from './options.js';
import type { Job } from './outcome.js';
import { Output } from './output.js';
import type { PoolOptions } from './pool.js';
import { freshSeed } from './seeds.js';
import { playSeries } from './series.js';

const FLAGS = { hours: { type: 'string' }, ...POOL_FLAGS } as const;

export interface SoakOptions {
  /** Without end where it is undefined. */
  readonly hours: number | undefined;
  readonly pool: PoolOptions;
}

/** @throws UsageError naming the flag and what is allowed */
export function parseSoakOptions(args: readonly string[]): SoakOptions {
  const { hours, ...pool } = parseFlags(args, FLAGS);
  if (hours !== undefined && (!/^\d{1,4}(\.\d{1,4})?$/.test(hours) || Number(hours) === 0)) {
    throw new UsageError(`--hours ${JSON.stringify(hours)}: allowed are hours, such as 8 or 0.5`);
  }
  return { hours: hours === undefined ? undefined : Number(hours), pool: parsePool(pool) };
}

/** Plays all scenarios with seeds nobody has chosen until it is stopped. Whether every invariant held. */
export async function soak({ hours, pool }: SoakOptions): Promise<boolean> {
  const output = new Output(process.stdout);
  output.line(
    `all scenarios on ${pool.workers} workers until Ctrl-C${hours === undefined ? '' : ` or ${hours} hours`}`,
  );
  const budgetMs = hours === undefined ? Number.POSITIVE_INFINITY : hours * 3_600_000;
  const file = new FailuresFile(failuresPath(), (text) => output.line(text));
  const { totals, unkept } = await playSeries(endlessly(CORPUS_NAMES), {
    pool,
    budgetMs,
    keep: (outcome) => file.keep(outcome),
  });
  for (const line of describeTotals(totals)) output.line(line);
  if (totals.failed > unkept) output.line(`failures: ${FAILURES_FILE}`);
  return totals.failed === 0;
}

const isDrawn = (scenario: string): boolean => DRAWN.some(({ name }) => name === scenario);

/** Every other run is one of the drawn scenarios, which differ most from seed to seed; between them the others take turns. */
export function* endlessly(scenarios: readonly string[], seed: () => number = freshSeed): Generator<Job, never> {
  const drawn = scenarios.filter(isDrawn);
  const others = scenarios.filter((scenario) => !isDrawn(scenario));
  for (let turn = 0; ; turn++) {
    for (const played of [drawn, others]) {
      const scenario = played[turn % played.length];
      if (scenario !== undefined) yield { scenario, seed: seed() };
    }
  }
}
