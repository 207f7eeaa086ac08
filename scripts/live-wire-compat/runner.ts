import type { Check, Group, Level, Measurements, Verdict } from './check.js';
import { failed } from './check.js';
import { messageOf } from './wait.js';

export type Status = 'passed' | 'failed' | 'info' | 'skipped';

export interface CheckResult {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  readonly reference: string;
  readonly level: Level;
  readonly status: Status;
  readonly detail?: string;
  readonly measured?: Measurements;
  readonly durationMs: number;
}

export interface Listener {
  groupStarted(title: string): void;
  checkEnded(result: CheckResult): void;
}

/** Runs the checks one after the other; a check that throws has failed. */
export async function runGroups<Context>(
  groups: readonly Group<Context>[],
  context: Context,
  listener: Listener,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const group of groups) {
    listener.groupStarted(group.title);
    for (const check of group.checks) {
      const startedMs = performance.now();
      const verdict = await verdictOf(check, context);
      const result = resultOf(check, group.title, verdict, Math.round(performance.now() - startedMs));
      listener.checkEnded(result);
      results.push(result);
    }
  }
  return results;
}

async function verdictOf<Context>(check: Check<Context>, context: Context): Promise<Verdict> {
  try {
    return await check.run(context);
  } catch (error) {
    return failed(messageOf(error));
  }
}

function resultOf<Context>(check: Check<Context>, group: string, verdict: Verdict, durationMs: number): CheckResult {
  const { id, title, reference, level } = check;
  const measured = verdict.kind === 'skipped' ? undefined : verdict.measured;
  return {
    id,
    title,
    group,
    reference,
    level,
    status: statusOf(level, verdict),
    ...(verdict.detail === undefined ? {} : { detail: verdict.detail }),
    ...(measured === undefined ? {} : { measured }),
    durationMs,
  };
}

function statusOf(level: Level, { kind }: Verdict): Status {
  if (kind === 'skipped') return 'skipped';
  if (kind === 'noted' || level === 'info') return 'info';
  return kind;
}
