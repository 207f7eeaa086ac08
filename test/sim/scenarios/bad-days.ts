import { AFTER_FAULTS_MS, Buggify, EQUAL_AFTER_FAULTS_MS } from './buggify.js';
import { Cluster, running } from './cluster.js';
import { between } from './draw.js';
import type { Scenario } from './scenario.js';
import { Workload } from './workload.js';

const MINUTE_MS = 60_000;
const SECOND_MS = 1000;

/** Slow, and yet within the probe timeout most of the time; so slow that hardly any probe is answered in time. */
const SLOW_MS = 50;
const TOO_SLOW_MS = 700;

export const oneSlowNode: Scenario = {
  name: 'one-slow-node',
  summary:
    'one of 50 nodes is slow, then too slow, for 40 s each: no other is evicted; the slow one is back for good when it is fast',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world), 50);
    const slow = cluster.nodes[25];
    if (slow === undefined) return;
    let evictions = 0;
    world.observe({
      memberChanged: (node, { kind, member }) => {
        if (kind !== 'evicted') return;
        if (member.id === slow.id) evictions++;
        else if (node !== slow) world.violated('one slow node harms no other', `${node.id} evicts ${member.id}`);
      },
    });
    const workload = new Workload(world, { perSecond: 1, hosts: () => cluster.nodes.filter((node) => node !== slow) });
    workload.start();
    for (const serviceMs of [SLOW_MS, TOO_SLOW_MS]) {
      slow.machine.serviceMs = serviceMs;
      await world.run(40 * SECOND_MS);
      world.note('reached', `${evictions} evictions of ${slow.id} at ${serviceMs} ms for each request`);
      if (serviceMs === SLOW_MS && evictions > 0)
        world.violated('who is slow but in time stays', `${evictions} evictions`);
    }
    slow.machine.serviceMs = 0;
    slow.machine.servingUntilMs = 0;
    workload.stop();
    await cluster.allKnowAllWithin(30 * SECOND_MS);
    evictions = 0;
    await oracle.atRest();
    if (evictions > 0) world.violated('who is fast again does not flap', `${evictions} evictions`);
    await world.run(0);
  },
};

export function loss(percent: number, count: number): Scenario {
  return {
    name: `loss-${percent}`,
    summary: `${count} nodes on a network that loses ${percent} % of requests and answers for 2 minutes; all replicas are complete after`,
    play: async (world, oracle) => {
      const cluster = await running(new Cluster(world), count);
      const workload = new Workload(world, { perSecond: 10, hosts: () => cluster.nodes });
      world.network.setBase({ loss: percent / 100 });
      workload.start();
      await world.run(2 * MINUTE_MS);
      workload.stop();
      world.network.heal();
      await oracle.atRest({
        replicas: 'complete',
        withinMs: AFTER_FAULTS_MS,
        equalWithinMs: EQUAL_AFTER_FAULTS_MS,
      });
    },
  };
}

/** Versions compare the same everywhere while no clock is off by more than 60 s. */
export const clockSkew: Scenario = {
  name: 'clock-skew',
  summary:
    '8 nodes with clocks up to 25 s off either way, and set by seconds under load; all replicas are complete at rest',
  play: async (world, oracle) => {
    const rng = world.fork('clock-skew');
    const cluster = await running(new Cluster(world), 8);
    const workload = new Workload(world, { perSecond: 15, keys: 5, hosts: () => cluster.nodes });
    for (const node of cluster.nodes) world.jumpClock(node, Math.round(between(rng, -25_000, 25_000)));
    workload.start();
    for (let i = 0; i < 10; i++) {
      await world.run(5 * SECOND_MS);
      const node = cluster.nodes[i % cluster.nodes.length];
      if (node !== undefined) world.jumpClock(node, Math.round(between(rng, -2000, 2000)));
    }
    workload.stop();
    for (const node of cluster.nodes) world.jumpClock(node, -node.machine.wall.offsetMs);
    await oracle.atRest({ replicas: 'complete' });
  },
};

/** Of a version from beyond the bound each replica makes its own: they are equal once its time has come. */
export const clockBeyondBound: Scenario = {
  name: 'clock-beyond-bound',
  summary: 'one clock of 5 is 3 minutes ahead and another 3 minutes behind, beyond the 60 s that versions are followed',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world), 5);
    const [ahead, behind] = cluster.nodes;
    const workload = new Workload(world, { perSecond: 15, keys: 5, hosts: () => cluster.nodes });
    if (ahead !== undefined) world.jumpClock(ahead, 3 * MINUTE_MS);
    if (behind !== undefined) world.jumpClock(behind, -3 * MINUTE_MS);
    workload.start();
    await world.run(MINUTE_MS);
    workload.stop();
    for (const node of cluster.nodes) world.jumpClock(node, -node.machine.wall.offsetMs);
    await world.run(4 * MINUTE_MS);
    await oracle.atRest();
  },
};

export const randomEverything: Scenario = {
  name: 'random-everything',
  summary: 'ten minutes of every kind of fault on 12 nodes in 2 enclaves under load; replicas are equal after',
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(8);
    cluster.add(4, 'second');
    const workload = new Workload(world, { perSecond: 8, hosts: () => cluster.nodes });
    const faults = new Buggify(world, cluster, { perSecond: 0.6, kindShare: 1, corruption: true });
    await cluster.startAll();
    workload.start();
    faults.start();
    await world.run(10 * MINUTE_MS);
    workload.stop();
    await faults.stop();
    await oracle.atRest({ withinMs: AFTER_FAULTS_MS, equalWithinMs: EQUAL_AFTER_FAULTS_MS });
  },
  world: () => ({ secret: 'of ten bad minutes' }),
};
