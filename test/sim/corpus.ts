import { CATALOGUE } from './scenarios/catalogue.js';

/** A run that every change has to pass. */
export interface CorpusRun {
  readonly scenario: string;
  readonly seed: number;
}

/** A run that found a bug once. */
export interface Regression extends CorpusRun {
  /** The bug, in one sentence. */
  readonly found: string;
}

/** Bugs that a seed found, oldest first. The seed finds it again only while the scenario stays as it is. */
export const REGRESSIONS: readonly Regression[] = [];

/** Every scenario once, with the same seed always, then what once failed. */
export const CORPUS: readonly CorpusRun[] = [
  ...[...CATALOGUE.keys()].map((scenario) => ({ scenario, seed: 1 })),
  ...REGRESSIONS.map(({ scenario, seed }) => ({ scenario, seed })),
];
