import type { SimNode } from '../world/node.js';
import type { WriteOperation } from '../world/operation.js';
import type { World } from '../world/world.js';
import { Cluster, reached, running } from './cluster.js';
import type { Scenario } from './scenario.js';

const TTL_SECONDS = 36_000;

/** Every write has its answer by then. */
const ANSWERED_MS = 6000;

const JOINER_HAS_ALL_MS = 20_000;
const RESTARTED_HAS_ALL_MS = 10_000;

/** Shorter than a period of probes. */
const AWAY_MS = 100;

const NOTICED_MS = 4000;

/** Writes to keys of their own, all of which are acknowledged. */
async function filled({ world, nodes }: Cluster, count: number, perSecond: number): Promise<readonly WriteOperation[]> {
  const writes: WriteOperation[] = [];
  for (let i = 0; i < count; i++) {
    const node = nodes[i % nodes.length];
    if (node !== undefined) writes.push(world.clients.put(node, `default/filled-${i}`, TTL_SECONDS, 64));
    await world.run(1000 / perSecond);
  }
  await world.run(ANSWERED_MS);
  const refused = writes.find(({ status }) => status !== 201);
  if (refused !== undefined) world.violated('a sound cluster acknowledges', `write ${refused.id}: ${refused.status}`);
  return writes;
}

function lackedBy({ core }: SimNode, writes: readonly WriteOperation[]): readonly WriteOperation[] {
  return writes.filter(({ key }) => core.store.get(key) === undefined);
}

function hasAllWithin(
  world: World,
  node: SimNode,
  writes: readonly WriteOperation[],
  withinMs: number,
): Promise<number> {
  let lacked = writes;
  const hasAll = (): boolean => {
    lacked = lackedBy(node, lacked);
    return lacked.length === 0;
  };
  return reached(world, `${node.id} has every value`, hasAll, withinMs, () => `${lacked.length} are missing`);
}

/** A node comes to a cluster that holds `count` keys. */
export function lateJoiner(count: number): Scenario {
  return {
    name: `late-joiner-${count}`,
    summary: `a node joins 5 that hold ${count} keys, and has all of them within 20 s`,
    play: async (world, oracle) => {
      const cluster = await running(new Cluster(world), 5);
      const writes = await filled(cluster, count, 500);
      const [seat] = cluster.add(1);
      if (seat === undefined) return;
      cluster.start(seat);
      if (seat.node !== undefined) await hasAllWithin(world, seat.node, writes, JOINER_HAS_ALL_MS);
      await oracle.atRest({ replicas: 'complete' });
    },
  };
}

/** Nobody has time to evict the former process: what tells of the restart is that the new one is another instance. */
export const fastRestart: Scenario = {
  name: 'fast-restart',
  summary: 'each of 5 nodes is killed and back within 0.1 s: all notice within 4 s, and it has every value within 10 s',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world), 5);
    const writes = await filled(cluster, 200, 100);
    for (const seat of cluster.seats) {
      if (seat.node === undefined) continue;
      world.kill(seat.node);
      await world.run(AWAY_MS);
      cluster.start(seat);
      const { instance } = seat.node.self;
      const knowIt = (node: SimNode): boolean =>
        node === seat.node || node.core.gossip.members.get(seat.id)?.extension?.instance === instance;
      await reached(world, 'a fast restart is noticed by all', () => cluster.nodes.every(knowIt), NOTICED_MS);
      await hasAllWithin(world, seat.node, writes, RESTARTED_HAS_ALL_MS);
    }
    await oracle.atRest({ replicas: 'complete' });
  },
};
