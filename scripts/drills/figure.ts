import { percentile } from '../../bench/statistics.js';

export type Unit = 'ms' | '/s' | '×' | 'KiB' | '';

export interface Target {
  readonly of: 'p99' | 'max';
  readonly most: number;
}

/** Something measured once a run. */
export interface Figure {
  readonly title: string;
  readonly unit: Unit;
  readonly samples: readonly number[];
  /** Runs in which what was waited for did not come in time. */
  readonly missed: number;
  readonly target?: Target;
}

export interface Summary {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function summaryOf({ samples }: Figure): Summary | undefined {
  if (samples.length === 0) return undefined;
  const sorted = [...samples].sort((a, b) => a - b);
  return { p50: percentile(sorted, 50), p99: percentile(sorted, 99), max: percentile(sorted, 100) };
}

/** `undefined` of a figure without a target. A figure of which nothing was measured misses its target. */
export function isMet(figure: Figure): boolean | undefined {
  const { target, missed } = figure;
  const summary = summaryOf(figure);
  if (target === undefined) return undefined;
  return missed === 0 && summary !== undefined && summary[target.of] <= target.most;
}

/** A figure from one value a run, `undefined` where it did not come in time. */
export function figureOf(title: string, unit: Unit, values: readonly (number | undefined)[], target?: Target): Figure {
  const samples = values.filter((value) => value !== undefined);
  const missed = values.length - samples.length;
  return { title, unit, samples, missed, ...(target !== undefined && { target }) };
}
