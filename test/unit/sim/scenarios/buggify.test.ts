import { describe, expect, test } from 'vitest';
import { Buggify } from '../../../sim/scenarios/buggify.js';
import { Cluster, isUp } from '../../../sim/scenarios/cluster.js';
import { LINK_FAULTS } from '../../../sim/scenarios/link-faults.js';
import { NODE_FAULTS } from '../../../sim/scenarios/node-faults.js';
import { SOUND } from '../../../sim/world/conditions.js';
import { World } from '../../../sim/world/world.js';

async function harassed(seed: number, forMs: number, corruption = false): Promise<{ world: World; cluster: Cluster }> {
  const world = new World(seed, { keepsEvents: true });
  const cluster = new Cluster(world);
  cluster.add(6);
  await cluster.startAll();
  const faults = new Buggify(world, cluster, { perSecond: 5, kindShare: 1, corruption });
  faults.start();
  await world.run(forMs);
  await faults.stop();
  return { world, cluster };
}

function faultTexts(world: World): string {
  return world.log.events.flatMap(({ kind, text }) => (kind === 'fault' ? [text] : [])).join('\n');
}

describe('drawn faults', () => {
  test.each([1, 2, 3, 4, 5])('when they stop, all is sound, right, fast and up (seed %i)', async (seed) => {
    const { world, cluster } = await harassed(seed, 15_000, true);
    const machines = cluster.seats.map((seat) => cluster.machine(seat));
    for (const from of machines) for (const to of machines) expect(world.network.conditions(from, to)).toEqual(SOUND);
    expect(machines.map(({ wall, serviceMs }) => [wall.offsetMs, serviceMs])).toEqual(machines.map(() => [0, 0]));
    expect(cluster.seats.every(isUp)).toBe(true);
    expect(cluster.nodes.some(({ process }) => process.isStalled)).toBe(false);
  });

  test('nothing more happens once they have stopped: whoever was shutting down is back by then', async () => {
    const { world, cluster } = await harassed(6, 15_000);
    const started = world.everyHost.length;
    const nodes = cluster.nodes;
    await world.run(60_000);
    expect(world.everyHost.length).toBe(started);
    expect(cluster.nodes).toEqual(nodes);
  });

  test('every kind occurs', async () => {
    const { world } = await harassed(7, 120_000);
    const texts = faultTexts(world);
    const names = { 'power-loss': 'power loss', 'clock-jump': 'clock of' } as Readonly<Record<string, string>>;
    const kinds = Object.keys({ ...LINK_FAULTS, ...NODE_FAULTS });
    expect(
      kinds.filter((kind) => !texts.includes(`\n${names[kind] ?? kind} `) && !texts.includes(`\n${kind},`)),
    ).toEqual([]);
    for (const back of ['as it was', 'with its clock set back', 'under a new id', 'at a new address']) {
      expect(texts).toContain(`back ${back}`);
    }
  });

  test.each([8, 9, 10])('no byte is changed where nothing is signed (seed %i)', async (seed) => {
    expect(faultTexts((await harassed(seed, 1000)).world)).not.toContain('"corruption"');
  });
});
