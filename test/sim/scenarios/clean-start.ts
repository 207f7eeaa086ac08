import type { SimHost } from '../world/host.js';
import type { World } from '../world/world.js';
import { Cluster } from './cluster.js';
import type { Scenario } from './scenario.js';

/** Up to so many nodes a write is sent to every one; above, to a sample. */
const FULL_FAN_OUT_NODES = 11;

/** All nodes start within a second, and know each other within the time. Equal replicas: nothing is lost, nobody is away. */
export function cleanStart(count: number, withinMs: number): Scenario {
  return {
    name: `clean-start-${count}`,
    summary: `${count} nodes start within a second; all know all within ${withinMs / 1000} s; writes reach ${
      count <= FULL_FAN_OUT_NODES ? 'everyone' : 'a quorum'
    }`,
    play: async (world, oracle) => {
      const cluster = new Cluster(world);
      cluster.add(count);
      await cluster.startAll();
      await cluster.allKnowAllWithin(withinMs);
      const isForAll = count <= FULL_FAN_OUT_NODES;
      await writeAndRead(world, cluster.nodes, isForAll);
      await oracle.atRest({ replicas: isForAll ? 'complete' : 'equal' });
    },
  };
}

/** One write at each of some nodes: each is answered 201, and all can read it where all are sent it. */
async function writeAndRead(world: World, hosts: readonly SimHost[], isForAll: boolean): Promise<void> {
  const writers = hosts.slice(0, FULL_FAN_OUT_NODES);
  const writes = writers.map((host, i) => world.clients.put(host, `${host.enclave}/start-${i}`, 60));
  await world.run(2000);
  for (const { id, status, key, host, value } of writes) {
    if (status !== 201)
      world.violated('a sound cluster says 201', `write ${id} at ${host.id}: ${status ?? 'no answer'}`);
    if (!isForAll) continue;
    for (const other of hosts) {
      const read = world.clients.get(other, key);
      if (read?.value !== value) world.violated('a write reaches everyone', `${other.id} does not hold write ${id}`);
    }
  }
  await world.run(0);
}
