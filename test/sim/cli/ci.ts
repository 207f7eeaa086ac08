import { parseFlags, parseWhole } from '../../../scripts/lib/usage.js';
import { CORPUS } from '../corpus.js';
import { rough } from '../scenarios/rough.js';
import { describeTotals } from './describe.js';
import { DEFAULTS, POOL_FLAGS, parsePool, parseSeed } from './options.js';
import type { Job } from './outcome.js';
import { Output } from './output.js';
import type { PoolOptions } from './pool.js';
import { freshSeed, seedAfter } from './seeds.js';
import { playSeries } from './series.js';

export const CI_DEFAULTS = { budget: 240, runs: 200 } as const;

/** For so many fresh seeds of the mixed scenario there is one of the rough one. */
const MIXED_PER_ROUGH = 10;

const FLAGS = {
  budget: { type: 'string' },
  runs: { type: 'string' },
  'from-seed': { type: 'string' },
  ...POOL_FLAGS,
} as const;

export interface CiOptions {
  /** For everything, in seconds of real time. */
  readonly budgetSeconds: number;
  /** How many fresh seeds of the mixed scenario have to be played within the budget, besides all else. */
  readonly runs: number;
  readonly fromSeed: number | undefined;
  readonly pool: PoolOptions;
}

/** @throws UsageError naming the flag and what is allowed */
export function parseCiOptions(args: readonly string[]): CiOptions {
  const { budget, runs, 'from-seed': fromSeed, ...pool } = parseFlags(args, FLAGS);
  return {
    budgetSeconds: parseWhole('budget', budget ?? String(CI_DEFAULTS.budget), { max: 86_400, what: 'seconds' }),
    runs: parseWhole('runs', runs ?? String(CI_DEFAULTS.runs), { max: 10_000_000 }),
    fromSeed: parseSeed('from-seed', fromSeed),
    pool: parsePool(pool),
  };
}

/** Plays the corpus, then fresh seeds. Whether every invariant held, and all of it fitted into the budget. */
export async function playCi({ budgetSeconds, runs, fromSeed = freshSeed(), pool }: CiOptions): Promise<boolean> {
  const output = new Output(process.stdout);
  const { scenario } = DEFAULTS;
  const ofRough = Math.floor(runs / MIXED_PER_ROUGH);
  const total = CORPUS.length + runs + ofRough;
  output.line(
    `${CORPUS.length} runs of the corpus, then ${runs} of ${scenario} and ${ofRough} of ${rough.name} from seed ${fromSeed}`,
  );
  const { totals, isInterrupted } = await playSeries(corpusThen(freshRuns(fromSeed, runs)), {
    pool,
    total,
    budgetMs: budgetSeconds * 1000,
  });
  for (const line of describeTotals(totals)) output.line(line);
  if (totals.runs < total && !isInterrupted) {
    output.line(
      `✗ only ${totals.runs} of ${total} runs within ${budgetSeconds} s: too slow a machine, or too slow runs`,
    );
  }
  return totals.failed === 0 && totals.runs === total;
}

function* corpusThen(fresh: Iterable<Job>): Generator<Job> {
  yield* CORPUS;
  yield* fresh;
}

/** Both in turn, so that a machine that is too slow for all of them has played some of each. */
export function* freshRuns(fromSeed: number, runs: number): Generator<Job> {
  for (let count = 1; count <= runs; count++) {
    const seed = seedAfter(fromSeed, count - 1);
    yield { scenario: DEFAULTS.scenario, seed };
    if (count % MIXED_PER_ROUGH === 0) yield { scenario: rough.name, seed };
  }
}
