import { Cluster, reached, running, type Seat } from './cluster.js';
import { between } from './draw.js';
import { expectStatus } from './probe-writes.js';
import type { Scenario } from './scenario.js';
import { Workload } from './workload.js';

/** A killed process is probed at once, for its connections end, and twice more a period apart. */
const CRASH_DETECTED_MS = 4000;

const ALL_TOGETHER_MS = 15_000;

/** Whoever was away is given what was written meanwhile, and what it held before. */
export const crashOfEach: Scenario = {
  name: 'crash-of-each',
  summary: '10 nodes, each killed in turn and started again; all find out within 4 s; replicas are equal at rest',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world), 10);
    const workload = new Workload(world, { perSecond: 10, hosts: () => cluster.nodes });
    workload.start();
    for (const seat of cluster.seats) {
      await crashAndReturn(cluster, seat);
    }
    workload.stop();
    await oracle.atRest({ replicas: 'complete' });
  },
};

async function crashAndReturn(cluster: Cluster, seat: Seat): Promise<void> {
  const { world } = cluster;
  if (seat.node !== undefined) world.kill(seat.node);
  const isOutOfAllLists = (): boolean => cluster.nodes.every(({ peers }) => !peers.includes(seat.id));
  await reached(world, 'a crash is found out by all', isOutOfAllLists, CRASH_DETECTED_MS);
  cluster.start(seat);
  await cluster.allKnowAllWithin(ALL_TOGETHER_MS);
}

/** Memory goes with the process: what was acknowledged outlives all of them, since who comes back is given it. */
export const rollingRestart: Scenario = {
  name: 'rolling-restart',
  summary:
    '5 nodes restarted in order, one by one, under load; clients see 503 from the one that stops, and no other error',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world), 5);
    const stopping = new Set<string>();
    world.observe({
      wrote: ({ host, status, id }) => {
        if (status === 201 || status === 202 || (status === 503 && stopping.has(host.id))) return;
        world.violated('a rolling restart goes unnoticed', `write ${id} at ${host.id} was answered ${status}`);
      },
    });
    const workload = new Workload(world, { perSecond: 20, hosts: () => cluster.nodes });
    workload.start();
    for (const seat of cluster.seats) {
      await world.run(3000);
      stopping.add(seat.id);
      await cluster.leave(seat);
      for (const { host, status, id } of world.clients.writes.values()) {
        const isUnanswered = host === seat.node && status === undefined;
        if (isUnanswered) world.violated('who shuts down answers its writes first', `write ${id} at ${host.id}`);
      }
      stopping.delete(seat.id);
      cluster.start(seat);
      await cluster.allKnowAllWithin(ALL_TOGETHER_MS);
    }
    workload.stop();
    await oracle.atRest({ replicas: 'complete' });
  },
};

/** Three nodes come back with nothing. */
export const majorityCrash: Scenario = {
  name: 'majority-crash',
  summary: '3 of 5 replicas crash: writes say 202 until they are back, then 201; replicas are equal at rest',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world, { config: { replication: 5 } }), 5);
    const [survivors, victims] = [cluster.seats.slice(0, 2), cluster.seats.slice(2)];
    await expectStatus(world, cluster.seats, 201, 'before the crash');
    for (const { node } of victims) if (node !== undefined) world.kill(node);
    await expectStatus(world, survivors, 202, 'right after the crash');
    await world.run(30_000);
    await expectStatus(world, survivors, 202, 'after the evictions');
    for (const seat of victims) cluster.start(seat);
    await cluster.allKnowAllWithin(ALL_TOGETHER_MS);
    await expectStatus(world, cluster.seats, 201, 'after the return');
    await oracle.atRest();
  },
};

/** Everybody loses everything several times. */
export const restartStorm: Scenario = {
  name: 'restart-storm',
  summary: 'all of 12 nodes killed at once and started again within 2 s, five times over; replicas are equal at rest',
  play: async (world, oracle) => {
    const rng = world.fork('restart-storm');
    const cluster = await running(new Cluster(world), 12);
    const workload = new Workload(world, { perSecond: 10, hosts: () => cluster.nodes });
    workload.start();
    for (let round = 0; round < 5; round++) {
      for (const seat of cluster.seats) {
        if (seat.node !== undefined) world.kill(seat.node);
        world.after(between(rng, 0, 2000), () => cluster.start(seat));
      }
      await world.run(2000);
      await cluster.allKnowAllWithin(ALL_TOGETHER_MS);
    }
    workload.stop();
    await oracle.atRest();
  },
};
