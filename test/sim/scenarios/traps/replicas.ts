import { Cluster } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { CHECKS } from './checks.js';

/**
 * Nodes write the same key at the same moment: the readings of their clocks are equal. Each writes another key besides, so
 * that it takes two readings in that moment.
 */
const tiedWrites: Scenario = {
  name: 'tied-writes',
  summary: 'three nodes write one key at the same moment, and one of their own: all keep the same values',
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(3);
    await cluster.startAll();
    await cluster.allKnowAllWithin(10_000);
    for (let i = 0; i < 10; i++) {
      for (const node of cluster.nodes) {
        world.clients.put(node, `default/tied-${i}`, 600);
        world.clients.put(node, `default/own-${node.id}`, 600);
      }
      await world.run(100);
    }
    await oracle.atRest({ replicas: 'complete' });
  },
};

/** An overwrite whose time is over when it arrives. */
const lateOverwrite: Scenario = {
  name: 'late-overwrite',
  summary: 'an overwrite arrives after its time: what it superseded is gone there too',
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(2);
    await cluster.startAll();
    await cluster.allKnowAllWithin(10_000);
    const [writer, other] = cluster.nodes;
    if (writer === undefined || other === undefined) return;
    world.clients.put(writer, 'default/overwritten', 600);
    await world.run(1000);
    const delay = { kind: 'uniform', minMs: 3000, maxMs: 3000 } as const;
    world.network.setLink(writer.machine, other.machine, { delay });
    world.clients.put(writer, 'default/overwritten', 2);
    await world.run(10);
    world.network.heal();
    await world.run(3000);
    const read = world.clients.get(other, 'default/overwritten');
    if (read?.value !== undefined) world.violated(CHECKS.superseded, `${other.id} reads ${read.value}`);
    await oracle.atRest();
  },
};

/** A write that is on its way for longer than the one lives that supersedes it. */
const lateWrite: Scenario = {
  name: 'late-write',
  summary: 'a write arrives after a newer one has come and expired: it does not come back',
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(2);
    await cluster.startAll();
    await cluster.allKnowAllWithin(10_000);
    const [writer, other] = cluster.nodes;
    if (writer === undefined || other === undefined) return;
    const delay = { kind: 'uniform', minMs: 4000, maxMs: 4000 } as const;
    world.network.setLink(writer.machine, other.machine, { delay });
    world.clients.put(writer, 'default/late', 600);
    await world.run(10);
    world.network.heal();
    world.clients.put(writer, 'default/late', 1);
    // Just after it has arrived: repair would soon tell the other that it is over.
    await world.run(4000);
    const read = world.clients.get(other, 'default/late');
    if (read?.value !== undefined) world.violated(CHECKS.superseded, `${other.id} reads ${read.value}`);
    await oracle.atRest();
  },
};

/**
 * A node whose clock is an hour ahead writes. Replicas need not be equal: the others take its version as of a minute ahead
 * each time that they see it, until its time has come.
 */
const farFuture: Scenario = {
  name: 'far-future',
  summary: 'a node writes whose clock is an hour ahead: others take its versions as a minute ahead at most',
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(3);
    await cluster.startAll();
    await cluster.allKnowAllWithin(10_000);
    const [ahead] = cluster.nodes;
    if (ahead === undefined) return;
    world.observe({
      stored: (node, { version }, outcome) => {
        const aheadMs = version.ms - node.clock.nowMs();
        if (outcome !== 'stored' || aheadMs <= 60_000) return;
        world.violated(CHECKS.future, `${node.id}: ${aheadMs} ms ahead`);
      },
    });
    world.jumpClock(ahead, 3_600_000);
    world.clients.put(ahead, 'default/of-the-future', 7200);
    await world.run(1000);
    world.jumpClock(ahead, -3_600_000);
    await oracle.atRest({ replicas: 'unclaimed' });
  },
};

/** Nodes whose operators allow different TTLs, and which therefore hold different values for a while. */
const ttlRanges: Scenario = {
  name: 'ttl-ranges',
  summary: 'a node keeps a value no longer than its own range of TTLs allows, whether it was written or repaired',
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(2);
    const [strict] = cluster.add(1, 'default', { maxTtlSeconds: 10 });
    await cluster.startAll();
    await cluster.allKnowAllWithin(10_000);
    const [writer] = cluster.nodes;
    if (writer === undefined || strict?.node === undefined) return;
    world.clients.put(writer, 'default/long-lived', 60);
    await world.run(1000);
    const [late] = cluster.add(1, 'default', { maxTtlSeconds: 10 });
    if (late !== undefined) cluster.start(late);
    await world.run(10_000);
    for (const seat of [strict, late]) {
      const read = seat?.node && world.clients.get(seat.node, 'default/long-lived');
      if (read?.value !== undefined) world.violated(CHECKS.ttl, `${read.host.id} reads ${read.value}`);
    }
    // As long as it lives elsewhere, the others offer it.
    await world.run(60_000);
    await oracle.atRest();
  },
};

export const REPLICAS: readonly Scenario[] = [tiedWrites, lateOverwrite, lateWrite, farFuture, ttlRanges];
