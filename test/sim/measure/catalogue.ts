import { KILLED, SILENT, STOPPED } from './detection.js';
import { HALF_LOST, STALLED, STALLED_TRUSTING, THIRD_LOST } from './false-evictions.js';
import { type Figures, joinFigures } from './figures.js';
import { JOIN, START } from './formation.js';
import { IDLE } from './idle.js';
import type { Measurement } from './measurement.js';
import { WRITE } from './spread.js';

const MEASUREMENTS: readonly Measurement[] = [
  START,
  KILLED,
  SILENT,
  STOPPED,
  WRITE,
  IDLE,
  JOIN,
  HALF_LOST,
  THIRD_LOST,
  STALLED,
  STALLED_TRUSTING,
];

export const MEASURED_NAMES: readonly string[] = MEASUREMENTS.map(({ name }) => name);

/** Seeds that one worker takes at a time: so many, that progress shows and the last worker does not work alone. */
const SEEDS_OF_A_JOB = 5;

/** One measurement at one size, with some of its seeds. */
export interface Job {
  readonly name: string;
  readonly size: number;
  readonly firstSeed: number;
  readonly seeds: number;
}

export interface Measured extends Job {
  readonly figures: Figures;
}

export interface JobOptions {
  /** Takes fewer seeds than there would be, to save time. */
  readonly maxSeeds: number;
  /** Takes these measurements only. */
  readonly only?: readonly string[];
}

/** What is to be measured, the longest first: so that several workers end at about the same time. */
export function jobsOf(sizes: readonly number[], { maxSeeds, only }: JobOptions): readonly Job[] {
  const largest = Math.max(...sizes);
  return MEASUREMENTS.filter(({ name }) => only?.includes(name) ?? true)
    .flatMap((measurement) => {
      const taken = measurement.sizes?.filter((size) => size <= largest) ?? sizes;
      return taken.flatMap((size) => sharesOf(measurement.name, size, Math.min(measurement.seeds(size), maxSeeds)));
    })
    .sort((a, b) => b.size - a.size);
}

function sharesOf(name: string, size: number, all: number): readonly Job[] {
  return Array.from({ length: Math.ceil(all / SEEDS_OF_A_JOB) }, (_, share) => {
    const firstSeed = 1 + share * SEEDS_OF_A_JOB;
    return { name, size, firstSeed, seeds: Math.min(SEEDS_OF_A_JOB, all + 1 - firstSeed) };
  });
}

/** @throws Error where what is measured does not come about; names the seed */
export async function measure(job: Job): Promise<Measured> {
  const { name, size, firstSeed, seeds } = job;
  const measurement = MEASUREMENTS.find((other) => other.name === name);
  if (measurement === undefined) throw new Error(`no measurement is called ${name}`);
  const runs: Figures[] = [];
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    try {
      runs.push(await measurement.take(size, seed));
    } catch (error) {
      throw new Error(`${name} of ${size} nodes, seed ${seed}`, { cause: error });
    }
  }
  return { ...job, figures: joinFigures(runs) };
}
