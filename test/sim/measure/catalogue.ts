import { KILLED, SILENT } from './detection.js';
import { HALF_LOST, STALLED, THIRD_LOST } from './false-evictions.js';
import { type Figures, joinFigures } from './figures.js';
import { JOIN, START } from './formation.js';
import { IDLE } from './idle.js';
import type { Measurement } from './measurement.js';
import { WRITE } from './spread.js';

const MEASUREMENTS: readonly Measurement[] = [START, KILLED, SILENT, WRITE, IDLE, JOIN, HALF_LOST, THIRD_LOST, STALLED];

/** One measurement at one size, with its seeds. */
export interface Job {
  readonly name: string;
  readonly size: number;
  /** Takes fewer seeds than there would be, to save time. */
  readonly maxSeeds: number;
}

export interface Measured {
  readonly name: string;
  readonly size: number;
  readonly seeds: number;
  readonly figures: Figures;
}

/** What is to be measured, the longest first: so that several workers end at about the same time. */
export function jobsOf(sizes: readonly number[], maxSeeds: number): readonly Job[] {
  const descending = [...sizes].sort((a, b) => b - a);
  return descending.flatMap((size) =>
    MEASUREMENTS.filter(({ seeds }) => seeds(size) > 0).map(({ name }) => ({ name, size, maxSeeds })),
  );
}

/** @throws Error where what is measured does not come about; names the seed */
export async function measure({ name, size, maxSeeds }: Job): Promise<Measured> {
  const measurement = MEASUREMENTS.find((other) => other.name === name);
  if (measurement === undefined) throw new Error(`no measurement is called ${name}`);
  const seeds = Math.min(measurement.seeds(size), maxSeeds);
  const runs: Figures[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    try {
      runs.push(await measurement.take(size, seed));
    } catch (error) {
      throw new Error(`${name} of ${size} nodes, seed ${seed}`, { cause: error });
    }
  }
  return { name, size, seeds, figures: joinFigures(runs) };
}
