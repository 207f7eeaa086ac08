import { describe, expect, test } from 'vitest';
import { runScenario } from '../../../sim/scenarios/run.js';
import type { Scenario } from '../../../sim/scenarios/scenario.js';

function scenario(play: Scenario['play']): Scenario {
  return { name: 'of-a-test', summary: 'nothing', play };
}

describe('the report of a run', () => {
  test('names the invariant that was broken, and when', async () => {
    const broken = scenario(async (world) => {
      await world.run(1500);
      world.violated('of a test', 'for the test');
      await world.run(1000);
    });
    const { violation, simulatedMs } = await runScenario(broken, 1);
    expect(violation).toEqual({ invariant: 'of a test', atMs: 1500, detail: 'for the test' });
    expect(simulatedMs).toBe(1500);
  });

  test('counts a scenario that throws as failed', async () => {
    const broken = scenario(() => Promise.reject(new Error('out of cheese')));
    const { violation } = await runScenario(broken, 1);
    expect(violation?.invariant).toBe('the scenario plays to its end');
    expect(violation?.detail).toContain('out of cheese');
  });

  test('counts what happened', async () => {
    const killing = scenario(async (world) => {
      const one = world.startNode();
      const other = world.startNode({ seeds: [one.address] });
      await world.run(5000);
      world.clients.put(one, 'default/key', 300);
      await world.run(1000);
      world.clients.get(other, 'default/key');
      world.kill(other);
      await world.run(10_000);
    });
    const { violation, tally } = await runScenario(killing, 1);
    expect(violation).toBeUndefined();
    expect(tally).toMatchObject({ started: 2, ended: 1, reads: 1, evictions: 1, falseEvictions: 0 });
    expect(tally.writes['201']).toBe(1);
  });
});
