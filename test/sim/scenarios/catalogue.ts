import { clockBeyondBound, clockSkew, loss, oneSlowNode, randomEverything } from './bad-days.js';
import { cleanStart } from './clean-start.js';
import { crashOfEach, majorityCrash, restartStorm, rollingRestart } from './crashes.js';
import { enclaves, fullStorage, joinStorm } from './gatherings.js';
import { HALVES } from './halves.js';
import { lossyWrites } from './lossy-writes.js';
import { mixed } from './mixed.js';
import { oldAndNew, oldStorm } from './old-nodes.js';
import { isolationOfOne, splitInHalves, totalIsolation } from './partitions.js';
import { fastRestart, lateJoiner } from './refills.js';
import { removedForADay } from './removals.js';
import { returnBehind, returnCollides } from './returns.js';
import { rootLists } from './root-lists.js';
import { rough } from './rough.js';
import type { Scenario } from './scenario.js';
import { TRAPS } from './traps/traps.js';
import { treeAbroad } from './tree-abroad.js';
import { treeCrowd } from './tree-crowd.js';
import { treeFaults, treeRough } from './tree-faults.js';
import { treeLosses } from './tree-losses.js';

/** Those that are told from beginning to end, cheap enough to be tried with every change. */
export const SCRIPTED: readonly Scenario[] = [
  cleanStart(3, 5000),
  cleanStart(10, 10_000),
  cleanStart(50, 20_000),
  cleanStart(100, 20_000),
  crashOfEach,
  rollingRestart,
  majorityCrash,
  restartStorm,
  totalIsolation,
  isolationOfOne,
  splitInHalves,
  oneSlowNode,
  loss(30, 10),
  loss(50, 20),
  clockSkew,
  clockBeyondBound,
  joinStorm,
  enclaves,
  fullStorage,
  returnBehind,
  returnCollides,
  oldAndNew,
  oldStorm,
  ...HALVES,
  lossyWrites(4000),
  lateJoiner(2000),
  fastRestart,
  randomEverything,
];

/** Those in which some nodes cannot be dialled, and are attached to others. */
export const TREE: readonly Scenario[] = [treeLosses, treeCrowd, treeFaults, treeRough, treeAbroad];

/** Those that are another one with each seed. */
export const DRAWN: readonly Scenario[] = [mixed, rough, rootLists];

/** Those that take some ten seconds: they are left to the corpus. */
export const SLOW: readonly Scenario[] = [cleanStart(300, 30_000), removedForADay];

/** Those that take minutes: they are played by name. */
export const LONG: readonly Scenario[] = [lossyWrites(100_000), lateJoiner(100_000)];

const PLAYED: readonly Scenario[] = [...DRAWN, ...SCRIPTED, ...TREE, ...SLOW, ...TRAPS];

/** Those that every change has to pass. */
export const CORPUS_NAMES: readonly string[] = PLAYED.map(({ name }) => name);

/** Every scenario by its name. */
export const CATALOGUE: ReadonlyMap<string, Scenario> = new Map(
  [...PLAYED, ...LONG].map((scenario) => [scenario.name, scenario]),
);
