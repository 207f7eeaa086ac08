import { cpus, totalmem } from 'node:os';
import type { Kind } from '../scripts/live-wire-compat/cluster/command.js';
import type { Options } from './options.js';
import type { MeasurementResult } from './run.js';

export const REPORT_SCHEMA = 'repram-bench/1';

export interface Circumstances {
  readonly startedAt: Date;
  readonly generator: string;
  readonly subjects: readonly Kind[];
  readonly options: Options;
}

export function renderJson(circumstances: Circumstances, results: readonly MeasurementResult[]): string {
  const { startedAt, generator, subjects, options } = circumstances;
  const report = {
    schema: REPORT_SCHEMA,
    startedAt: startedAt.toISOString(),
    machine: { cores: cpus().length, memoryMiB: Math.round(totalmem() / 2 ** 20), node: process.versions.node },
    generator,
    options,
    subjects: subjects.map(({ label, template }) => ({ label, command: template })),
    measurements: results.map(({ id, title, rows }) => ({
      id,
      title,
      figures: rows.map(({ figure, samples, summaries }) => ({
        ...figure,
        title: figure.title.trim(),
        subjects: subjects.map(({ label }, index) => ({
          label,
          median: summaries[index]?.median ?? null,
          samples: samples[index] ?? [],
        })),
      })),
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
