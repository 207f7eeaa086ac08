import { describe, expect, test } from 'vitest';
import { runScenario } from './scenarios/run.js';
import { treeAbroad } from './scenarios/tree-abroad.js';
import { treeCrowd } from './scenarios/tree-crowd.js';
import { treeFaults } from './scenarios/tree-faults.js';
import { treeLosses } from './scenarios/tree-losses.js';

const SEEDS_OF_FAULTS = Array.from({ length: 12 }, (_, i) => i + 1);

describe('transients', () => {
  test.each([
    [treeLosses.name, 1, treeLosses],
    [treeLosses.name, 2, treeLosses],
    [treeCrowd.name, 1, treeCrowd],
    [treeAbroad.name, 1, treeAbroad],
    [treeAbroad.name, 2, treeAbroad],
  ])('%s keeps every invariant with seed %i', async (_, seed, scenario) => {
    const report = await runScenario(scenario, seed);
    expect(report.violation).toBeUndefined();
    expect(report.tally.writes['201']).toBeGreaterThan(0);
  });

  test.each(SEEDS_OF_FAULTS)('tree-faults keeps every invariant with seed %i', async (seed) => {
    expect((await runScenario(treeFaults, seed)).violation).toBeUndefined();
  });

  test('the same seed gives the same run twice, links included', async () => {
    const [one, other] = [await runScenario(treeFaults, 3), await runScenario(treeFaults, 3)];
    expect(other).toEqual(one);
    expect(one.events).toBeGreaterThan(1000);
  });
});
