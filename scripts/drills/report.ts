import { cpus, totalmem } from 'node:os';
import type { DrillName } from './drill.js';
import { type Figure, isMet, summaryOf } from './figure.js';
import type { Options } from './options.js';

export const REPORT_SCHEMA = 'repram-drill/1';

export interface Outcome {
  readonly drill: DrillName;
  readonly command: string;
  readonly options: Options;
  readonly startedAt: Date;
  readonly figures: readonly Figure[];
}

/** Whether no figure missed its target. */
export function isPassed(figures: readonly Figure[]): boolean {
  return figures.every((figure) => isMet(figure) !== false);
}

/** What the figures were taken on, in a line. */
export function circumstances(startedAt: Date): string {
  const day = startedAt.toISOString().slice(0, 10);
  return `${day}, ${cpus().length} cores, Node ${process.versions.node}`;
}

export function renderJson({ drill, command, options, startedAt, figures }: Outcome): string {
  const report = {
    schema: REPORT_SCHEMA,
    drill,
    command,
    options,
    startedAt: startedAt.toISOString(),
    machine: { cores: cpus().length, memoryMiB: Math.round(totalmem() / 2 ** 20), node: process.versions.node },
    ok: isPassed(figures),
    figures: figures.map((figure) => ({ ...figure, ...summaryOf(figure), met: isMet(figure) ?? null })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
