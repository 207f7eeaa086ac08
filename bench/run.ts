import type { Kind } from '../scripts/live-wire-compat/cluster/command.js';
import type { Conditions, Figure, Measurement, Sample } from './measurement.js';
import { type Summary, summarise } from './statistics.js';

/** A figure, and the values it had for each subject, in the order of the subjects. */
export interface Row {
  readonly figure: Figure;
  readonly samples: readonly (readonly number[])[];
  readonly summaries: readonly (Summary | undefined)[];
}

export interface MeasurementResult {
  readonly id: string;
  readonly title: string;
  readonly rows: readonly Row[];
}

export type Progress = (text: string) => void;

/** Measures the subjects in turn, `runs` times, so that what disturbs the machine disturbs all of them. */
export async function runMeasurement(
  measurement: Measurement,
  subjects: readonly Kind[],
  runs: number,
  conditions: Omit<Conditions, 'kind'>,
  progress: Progress,
): Promise<MeasurementResult> {
  const taken: Sample[][] = subjects.map(() => []);
  for (let run = 1; run <= runs; run += 1) {
    for (const [index, kind] of subjects.entries()) {
      progress(`${measurement.id}: ${kind.label}, run ${run} of ${runs}`);
      taken[index]?.push(await measurement.run({ ...conditions, kind }));
    }
  }
  const rows = measurement.figures(conditions).map((figure): Row => {
    const samples = taken.map((samplesOfOne) => samplesOfOne.flatMap((sample) => numberOf(sample[figure.id])));
    return { figure, samples, summaries: samples.map(summarise) };
  });
  return { id: measurement.id, title: measurement.title, rows };
}

function numberOf(value: number | undefined): readonly number[] {
  return value === undefined || Number.isNaN(value) ? [] : [value];
}
