import { Cluster, running } from './cluster.js';
import { expectStatus } from './probe-writes.js';
import type { Scenario } from './scenario.js';
import { Workload } from './workload.js';

const MINUTE_MS = 60_000;

/** Of 101 nodes a write reaches a sample and who they forward to; repair does the rest. */
export const joinStorm: Scenario = {
  name: 'join-storm',
  summary: '100 nodes join one node in the same moment; all know all within 20 s',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world, { seeds: 1 }), 1);
    for (const seat of cluster.add(100)) cluster.start(seat);
    await cluster.allKnowAllWithin(20_000);
    await expectStatus(world, cluster.seats.slice(0, 10), 201, 'after the storm');
    await oracle.atRest();
  },
};

export const enclaves: Scenario = {
  name: 'enclaves',
  summary:
    '6 and 5 nodes in two enclaves that share members and seeds: no data crosses; all replicas are complete at rest',
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(5, 'second');
    await running(cluster, 6);
    const workload = new Workload(world, { perSecond: 20, hosts: () => cluster.nodes });
    workload.start();
    await world.run(MINUTE_MS);
    workload.stop();
    await oracle.atRest({ replicas: 'complete' });
  },
};

/** Of who has no room nothing is claimed: it misses the write. */
export const fullStorage: Scenario = {
  name: 'full-storage',
  summary:
    '2 of 5 nodes have room for a few values only: 507 from them, 201 from the others; room comes back with expiry',
  play: async (world, oracle) => {
    const cluster = new Cluster(world, { config: { replication: 3 } });
    cluster.add(3);
    const small = cluster.add(2, 'default', { maxStorageBytes: 20_000 });
    await cluster.startAll();
    await cluster.allKnowAllWithin(15_000);
    const [roomy] = cluster.nodes;
    if (roomy === undefined) return;
    const fillers = Array.from({ length: 20 }, (_, i) => world.clients.put(roomy, `default/filler-${i}`, 30, 4000));
    await world.run(6000);
    for (const { status, id } of fillers) {
      if (status !== 201) world.violated('who has room says 201', `write ${id} was answered ${status}`);
    }
    const tooLarge = small.flatMap(({ node }) =>
      node ? [world.clients.put(node, 'default/too-large', 30, 19_000)] : [],
    );
    await world.run(6000);
    for (const { status, host } of tooLarge) {
      if (status !== 507) world.violated('who has no room says 507', `${host.id} answered ${status}`);
    }
    await world.run(30_000);
    await expectStatus(world, small, 201, 'once there is room again');
    await oracle.atRest();
  },
};
