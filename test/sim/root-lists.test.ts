import { describe, expect, test } from 'vitest';
import type { OmegaStatus } from '../../src/omega/status.js';
import { watch } from './oracle/oracle.js';
import { rootLists } from './scenarios/root-lists.js';
import { runScenario } from './scenarios/run.js';
import { DOMAIN, PUBLIC_KEY } from './world/discovery.js';
import type { SimNode } from './world/node.js';
import { World } from './world/world.js';

const SEEDS = [1, 2];

describe('root lists', () => {
  test.each(SEEDS)(
    'random isolation, rotation, DNS failure and skew keep every invariant with seed %i',
    async (seed) => {
      expect((await runScenario(rootLists, seed)).violation).toBeUndefined();
    },
  );

  test('the same seed gives the same run twice', async () => {
    const [one, other] = [await runScenario(rootLists, 4), await runScenario(rootLists, 4)];
    expect(other).toEqual(one);
  });
});

function lie({ omega }: SimNode, change: (status: OmegaStatus) => OmegaStatus): void {
  if (omega === undefined) throw new Error('no omega');
  const status = omega.status();
  Object.assign(omega, { status: () => change(status) });
}

describe('the watch over root lists', () => {
  async function listed(): Promise<{ readonly world: World; readonly node: SimNode }> {
    const world = new World(1);
    watch(world);
    const config = { network: 'public', omegaDomain: DOMAIN, omegaPublicKeys: [PUBLIC_KEY] } as const;
    world.discovery.publish([{ host: '10.1.1.1', port: 1 }], world.trueMs / 1000 + 600);
    const node = world.startNode({ config });
    await world.run(2000);
    return { world, node };
  }

  test('sees a list that nobody has published', async () => {
    const { world, node } = await listed();
    lie(node, ({ list, ...status }) => ({ ...status, ...(list && { list: { ...list, nodes: ['10.6.6.6:1'] } }) }));
    await expect(world.run(2000)).rejects.toThrow('only root lists that were signed');
  });

  test('sees a list that is used beyond its time, and one that is older than before', async () => {
    const used = await listed();
    const seeds = used.node.omega?.seeds() ?? [];
    Object.assign(used.node.omega ?? {}, { seeds: () => seeds });
    await expect(used.world.run(901_000)).rejects.toThrow('only root lists that were signed');
    const { world, node } = await listed();
    const former = node.omega?.status();
    world.discovery.publish([{ host: '10.1.1.1', port: 1 }], world.trueMs / 1000 + 700);
    void node.omega?.trigger();
    await world.run(2000);
    lie(node, (status) => ({ ...status, ...(former?.list && { list: former.list }) }));
    await expect(world.run(2000)).rejects.toThrow('no root list is older');
  });
});
