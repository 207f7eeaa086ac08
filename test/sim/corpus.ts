import { CORPUS_NAMES } from './scenarios/catalogue.js';

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
export const REGRESSIONS: readonly Regression[] = [
  {
    scenario: 'mixed',
    seed: 209,
    found:
      'A node that said goodbye and came back with its clock behind was taken for its own past, and never listed again.',
  },
  {
    scenario: 'mixed',
    seed: 5059,
    found: 'A node that came back with its clock behind had no seed to tell it so: it was the only seed itself.',
  },
  {
    scenario: 'mixed',
    seed: 5030,
    found: 'Seeds replaced at the same time founded a cluster of their own: who was not alone never asked them again.',
  },
  {
    scenario: 'mixed',
    seed: 759962709,
    found: 'An older value came back where a clock was set back after the newer one had expired by it.',
  },
  {
    scenario: 'mixed',
    seed: 759962875,
    found:
      'A node that came back with its clock behind, and was known by two incarnations, outdid one and took the other for a rival.',
  },
  {
    scenario: 'mixed',
    seed: 880000316,
    found: 'A write that came again from its writer was no sign of life: a silent member went a moment too soon.',
  },
  {
    scenario: 'mixed',
    seed: 880000448,
    found: 'What a clock that was set back had expired was given again and again, as if it had been taken.',
  },
  {
    scenario: 'tree-rough',
    seed: 2017,
    found:
      'A child took fewer for a quorum than its parent counted: it heard of a member that had proved itself 10 s later.',
  },
  {
    scenario: 'tree-rough',
    seed: 9058,
    found:
      'The goodbye of a former process came after its successor, whose clock was behind, and was put down to that for good.',
  },
];

/** Seeds besides the first, of scenarios that go close to what a node can bear and differ from seed to seed. */
const MORE: readonly CorpusRun[] = [2, 3].map((seed) => ({ scenario: 'one-slow-node', seed }));

/** Every scenario once, with the same seed always, then some with more seeds, then what once failed. */
export const CORPUS: readonly CorpusRun[] = [
  ...CORPUS_NAMES.map((scenario) => ({ scenario, seed: 1 })),
  ...MORE,
  ...REGRESSIONS.map(({ scenario, seed }) => ({ scenario, seed })),
];
