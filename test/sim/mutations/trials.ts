import type { Mutation } from './mutation.js';

/** One run of the list: a scenario and a seed. */
export interface Trial {
  readonly scenario: string;
  readonly seed: number;
}

/** The scenario in which everything happens: every mutation is tried in it, after those that are made for it. */
const EVERYTHING = 'mixed';

const SEEDS_OF_EVERYTHING = 40;

const SEEDS_OF_SCRIPTED = 2;

/** The runs a mutation has to survive, in order. */
export function trialsOf({ scenarios = [] }: Mutation): readonly Trial[] {
  return [
    ...scenarios.flatMap((scenario) => trialsIn(scenario, SEEDS_OF_SCRIPTED)),
    ...trialsIn(EVERYTHING, SEEDS_OF_EVERYTHING),
  ];
}

/** Each of the trials once, in the order in which they first come. */
export function distinct(trials: readonly Trial[]): readonly Trial[] {
  return [...new Map(trials.map((trial) => [formatTrial(trial), trial])).values()];
}

export function formatTrial({ scenario, seed }: Trial): string {
  return `${scenario}:${seed}`;
}

export function parseTrial(text: string): Trial {
  const [scenario = '', seed = ''] = text.split(':');
  return { scenario, seed: Number(seed) };
}

function trialsIn(scenario: string, seeds: number): readonly Trial[] {
  return Array.from({ length: seeds }, (_, i) => ({ scenario, seed: i + 1 }));
}
