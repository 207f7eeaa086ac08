import type { Figures } from './figures.js';

/** One thing that is measured of a cluster, in a world of its own for each seed. */
export interface Measurement {
  readonly name: string;
  /** Where it is taken at certain sizes only: those of them that are no larger than the largest asked for. */
  readonly sizes?: readonly number[];
  /** How many seeds, from 1, a cluster of `size` nodes is measured with; 0 where that size is not measured. */
  readonly seeds: (size: number) => number;
  /** @throws Error where what is measured does not come about */
  readonly take: (size: number, seed: number) => Promise<Figures>;
}
