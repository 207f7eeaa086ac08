import { clockBeyondBound, clockSkew, loss, oneSlowNode, randomEverything } from './bad-days.js';
import { cleanStart } from './clean-start.js';
import { crashOfEach, majorityCrash, restartStorm, rollingRestart } from './crashes.js';
import { enclaves, fullStorage, joinStorm } from './gatherings.js';
import { mixed } from './mixed.js';
import { oldAndNew, oldStorm } from './old-nodes.js';
import { isolationOfOne, splitInHalves, totalIsolation } from './partitions.js';
import { returnBehind, returnCollides } from './returns.js';
import { rough } from './rough.js';
import type { Scenario } from './scenario.js';
import { TRAPS } from './traps/traps.js';

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
  randomEverything,
];

/** Those that are another one with each seed. */
export const DRAWN: readonly Scenario[] = [mixed, rough];

const SCENARIOS: readonly Scenario[] = [...DRAWN, ...SCRIPTED, cleanStart(300, 30_000), ...TRAPS];

/** Every scenario by its name. */
export const CATALOGUE: ReadonlyMap<string, Scenario> = new Map(SCENARIOS.map((scenario) => [scenario.name, scenario]));
