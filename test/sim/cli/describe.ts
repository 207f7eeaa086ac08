import { type Failure, type Outcome, replayCommand } from './outcome.js';
import type { Totals } from './totals.js';

/** When, what, and the details. */
export function describeFailure({ invariant, atMs, detail }: Failure): string {
  return `${atMs === undefined ? '' : `${seconds(atMs)}: `}${invariant}: ${detail}`;
}

/** A failure among many: its first line, and how to see it. */
export function describeFailed(outcome: Outcome): readonly string[] {
  if (outcome.failure === undefined) return [];
  const [first = '', ...more] = describeFailure(outcome.failure).split('\n');
  return [`✗ ${first}${more.length > 0 ? ' …' : ''}`, `    ${replayCommand(outcome)}`];
}

/** How long one run was, in both times. */
export function describeSpeed({ simulatedMs, realMs }: Outcome): string {
  return `${seconds(simulatedMs)} simulated in ${seconds(realMs)}, ${times(simulatedMs / realMs)} real time`;
}

/** So far, on one line. */
export function describeProgress(totals: Totals, total: number | undefined): string {
  const runs = total === undefined ? `${totals.runs} runs` : `${totals.runs}/${total} runs`;
  return `${runs}, ${totals.failed} failed, ${totals.runsPerSecond.toFixed(1)} runs/s, ${times(totals.speed)} real time`;
}

/** At the end. */
export function describeTotals(totals: Totals): readonly string[] {
  const { slowest } = totals;
  const lines = [`${describeProgress(totals, undefined)}, ${seconds(totals.realMs)}`];
  for (const [invariant, runs] of totals.byInvariant) lines.push(`failed ${runs}: ${invariant}`);
  if (slowest === undefined) return lines;
  return [...lines, `slowest: ${slowest.scenario}, seed ${slowest.seed}: ${describeSpeed(slowest)}`];
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 3 : 1)} s`;
}

function times(ratio: number): string {
  return `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(1)}×`;
}
