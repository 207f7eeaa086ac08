import { type CheckResult, runGroups } from '../../../../scripts/live-wire-compat/runner.js';
import { Selection } from '../../../../scripts/live-wire-compat/selection.js';
import { SINGLE_GROUPS } from '../../../../scripts/live-wire-compat/single/groups.js';
import { Subject } from '../../../../scripts/live-wire-compat/single/subject.js';
import { FakeNode } from './fake-node.js';
import type { Fault } from './faults.js';

const TIMING = { answerMs: 1500, quietMs: 150, writeMs: 3000, silenceMs: 4000 };
const SILENT = { groupStarted: (): void => undefined, checkEnded: (): void => undefined };

export interface SingleRun {
  readonly faults?: readonly Fault[];
  readonly secret?: string;
  readonly only?: readonly string[];
  readonly strict?: boolean;
  readonly servedFreely?: number;
}

/** Runs the checks against a fake node of its own and ends it. */
export async function runSingle(run: SingleRun): Promise<readonly CheckResult[]> {
  const { faults = [], secret, only = [], strict = true, servedFreely = Number.POSITIVE_INFINITY } = run;
  const withSecret = secret === undefined ? {} : { secret };
  const node = await FakeNode.start({ id: 'fake', enclave: 'lab', faults, servedFreely, ...withSecret });
  const subject = await Subject.meet({ url: new URL(node.url), strict, timing: TIMING, ...withSecret });
  try {
    await subject.peer('home').catch(() => undefined);
    return await runGroups(new Selection(only).of(SINGLE_GROUPS), subject, SILENT);
  } finally {
    await subject.close();
    await node.close();
  }
}

/** `id: detail` of each failed check. */
export function failuresOf(results: readonly CheckResult[]): readonly string[] {
  return results.filter(({ status }) => status === 'failed').map(({ id, detail }) => `${id}: ${detail}`);
}
