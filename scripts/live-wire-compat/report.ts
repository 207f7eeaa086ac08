import { writeFile } from 'node:fs/promises';
import type { CheckResult } from './runner.js';

export const REPORT_SCHEMA = 'repram-wire-compat/1';

/** One node, one cluster, or the root lists of one implementation, and what was found out. */
export interface TargetReport {
  readonly mode: 'single' | 'cluster' | 'lists';
  readonly name: string;
  /** Where a node was given by URL. */
  readonly url?: string;
  /** Where nodes were started: the command templates, in the order they were mixed. */
  readonly commands?: readonly string[];
  /** X-REPRAM-Node of the node. */
  readonly implementation?: string;
  readonly nodeId?: string;
  /** Why no check could run. */
  readonly error?: string;
  readonly checks: readonly CheckResult[];
}

interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly info: number;
  readonly skipped: number;
}

export interface Report {
  readonly schema: typeof REPORT_SCHEMA;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly strict: boolean;
  readonly ok: boolean;
  readonly summary: Summary;
  readonly targets: readonly TargetReport[];
}

/** Not ok where a check failed, a target could not be reached, or nothing ran at all. */
export function makeReport(targets: readonly TargetReport[], strict: boolean, startedAt: Date): Report {
  const checks = targets.flatMap((target) => target.checks);
  const count = (status: CheckResult['status']): number => checks.filter((check) => check.status === status).length;
  const summary = { passed: count('passed'), failed: count('failed'), info: count('info'), skipped: count('skipped') };
  const unreachable = targets.some((target) => target.error !== undefined);
  return {
    schema: REPORT_SCHEMA,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    strict,
    ok: summary.failed === 0 && !unreachable && checks.length > 0,
    summary,
    targets,
  };
}

export async function writeReport(file: string, report: Report): Promise<void> {
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
}
