import { clockBeyondBound, clockSkew, loss, oneSlowNode, randomEverything } from './bad-days.js';
import { cleanStart } from './clean-start.js';
import { crashOfEach, majorityCrash, restartStorm, rollingRestart } from './crashes.js';
import { enclaves, fullStorage, joinStorm } from './gatherings.js';
import { mixed } from './mixed.js';
import { isolationOfOne, splitInHalves, totalIsolation } from './partitions.js';
import type { Scenario } from './scenario.js';

const SCENARIOS: readonly Scenario[] = [
  mixed,
  cleanStart(3, 5000),
  cleanStart(10, 10_000),
  cleanStart(50, 20_000),
  cleanStart(100, 20_000),
  cleanStart(300, 30_000),
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
  randomEverything,
];

/** Every scenario by its name. */
export const CATALOGUE: ReadonlyMap<string, Scenario> = new Map(SCENARIOS.map((scenario) => [scenario.name, scenario]));
