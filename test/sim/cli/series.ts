import { describeFailed, describeProgress } from './describe.js';
import type { Job, Outcome } from './outcome.js';
import { Output } from './output.js';
import { Pool, type PoolOptions } from './pool.js';
import { ProgressLine } from './progress-line.js';
import { Totals } from './totals.js';
import { WorkerProcess } from './worker-process.js';

/** What ends a series, or a run, in order. */
export const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Failures shown as they come; a defect that fails every run must not fill the screen. */
const MAX_SHOWN = 20;

export interface SeriesOptions {
  readonly pool: PoolOptions;
  /** For the progress; undefined where nobody knows. */
  readonly total?: number;
  /** Whether the first failure ends the series. */
  readonly failFast?: boolean;
  /** Prints nothing: the caller prints for a machine. */
  readonly silent?: boolean;
  /** After how many real milliseconds no further run begins. */
  readonly budgetMs?: number;
  /** Keeps an outcome for later; whether it could. What is not kept is shown, however many there are. */
  readonly keep?: (outcome: Outcome) => boolean;
}

export interface SeriesResult {
  readonly totals: Totals;
  /** How many failures could not be kept. */
  readonly unkept: number;
  /** Whether a signal ended it before its jobs did. */
  readonly isInterrupted: boolean;
}

/** Plays many runs, shows how it goes, and ends in order on a signal. */
export async function playSeries(jobs: Iterable<Job>, options: SeriesOptions): Promise<SeriesResult> {
  const { pool: poolOptions, total, failFast = false, silent = false, budgetMs = Number.POSITIVE_INFINITY } = options;
  const totals = new Totals();
  const output = new Output(process.stdout);
  const progress = new ProgressLine(process.stderr);
  const pool = new Pool(() => new WorkerProcess(), poolOptions);
  let isInterrupted = false;
  let unkept = 0;
  const interrupt = (): void => {
    isInterrupted = true;
    pool.stop();
  };
  const show = (outcome: Outcome): void => {
    if (silent) return;
    for (const line of describeFailed(outcome)) output.line(line);
  };
  /** Shown first: whatever becomes of keeping it, its seed has been seen. */
  const failed = (outcome: Outcome): void => {
    const isShown = totals.failed <= MAX_SHOWN;
    progress.clear();
    if (isShown) show(outcome);
    if (options.keep === undefined || options.keep(outcome)) return;
    unkept++;
    if (!isShown) show(outcome);
  };
  for (const signal of END_SIGNALS) process.on(signal, interrupt);
  await pool.run(whileWithin(jobs, totals, budgetMs), (outcome) => {
    totals.add(outcome);
    if (outcome.failure !== undefined) failed(outcome);
    if (!silent) progress.show(() => describeProgress(totals, total));
    if (failFast && outcome.failure !== undefined) pool.stop();
  });
  for (const signal of END_SIGNALS) process.off(signal, interrupt);
  progress.clear();
  return { totals, unkept, isInterrupted };
}

function* whileWithin(jobs: Iterable<Job>, totals: Totals, budgetMs: number): Generator<Job> {
  for (const job of jobs) {
    if (totals.realMs >= budgetMs) return;
    yield job;
  }
}
