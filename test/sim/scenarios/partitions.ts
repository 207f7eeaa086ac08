import { Cluster, reached, running } from './cluster.js';
import { expectRead, expectStatus } from './probe-writes.js';
import type { Scenario } from './scenario.js';

/** Dead members are tried one a second each; seeds after at most 4 s, and in any case every 30 s. */
const ALL_TOGETHER_MS = 35_000;

const MINUTE_MS = 60_000;

/** Where all others are silent the fault may be one's own: 27 periods of silence, stretched four times, evict. */
export const ALONE_MS = 115_000;

export const totalIsolation: Scenario = {
  name: 'total-isolation',
  summary:
    'every link of 8 nodes cut for 3 minutes: writes say 202; then all together within 35 s, and all replicas complete',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world), 8);
    world.network.partition(cluster.seats.map((seat) => [cluster.machine(seat)]));
    await reached(world, 'all are alone', () => cluster.nodes.every(({ peers }) => peers.length === 0), ALONE_MS);
    await expectStatus(world, cluster.seats, 202, 'alone');
    await world.run(3 * MINUTE_MS);
    world.network.heal();
    await cluster.allKnowAllWithin(ALL_TOGETHER_MS);
    await expectStatus(world, cluster.seats, 201, 'after the return');
    await oracle.atRest({ replicas: 'complete' });
  },
};

export const isolationOfOne: Scenario = {
  name: 'isolation-of-one',
  summary:
    'one node of 8 cut off for 2 minutes: it says 202, the others 201; back within 35 s, and all replicas complete',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world), 8);
    const [one, others] = [cluster.seats.slice(4, 5), cluster.seats.toSpliced(4, 1)];
    world.network.partition([one, others].map((group) => group.map((seat) => cluster.machine(seat))));
    const isCutOff = (): boolean => cluster.nodes.every(({ id, peers }) => peers.length === (id === 'n5' ? 0 : 6));
    await reached(world, 'the one is out of all lists', isCutOff, ALONE_MS);
    await expectStatus(world, others, 201, 'without the one');
    await expectStatus(world, one, 202, 'alone');
    await world.run(2 * MINUTE_MS);
    world.network.heal();
    await cluster.allKnowAllWithin(ALL_TOGETHER_MS);
    await expectStatus(world, cluster.seats, 201, 'after the return');
    await oracle.atRest({ replicas: 'complete' });
  },
};

/** Each half is larger than the replication factor, so both go on saying 201, and compare what they hold afterwards. */
export const splitInHalves: Scenario = {
  name: 'split-in-halves',
  summary:
    '12 nodes split for 2 minutes into halves above replication, both written to; one member list within 35 s of healing',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world), 12);
    const halves = [cluster.seats.slice(0, 6), cluster.seats.slice(6)];
    world.network.partition(halves.map((half) => half.map((seat) => cluster.machine(seat))));
    const areApart = (): boolean => cluster.nodes.every(({ peers }) => peers.length === 5);
    await reached(world, 'the halves have given each other up', areApart, MINUTE_MS);
    const written = [];
    for (const half of halves) written.push(await expectStatus(world, half, 201, 'in a half'));
    await world.run(2 * MINUTE_MS);
    world.network.heal();
    await cluster.allKnowAllWithin(ALL_TOGETHER_MS);
    await expectStatus(world, cluster.seats, 201, 'after the return');
    for (const [i, writes] of written.entries()) {
      for (const write of writes) expectRead(world, halves[i] ?? [], write, 'in the half that wrote them');
    }
    await oracle.atRest({ replicas: 'complete' });
  },
};
