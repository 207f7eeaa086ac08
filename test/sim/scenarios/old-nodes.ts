import type { HostPort } from '../../../src/gossip/address.js';
import { FLAVOURS } from '../legacy/flavour.js';
import { type SimLegacy, startLegacy } from '../world/legacy-host.js';
import type { World } from '../world/world.js';
import { Cluster, reached, running } from './cluster.js';
import { expectStatus } from './probe-writes.js';
import type { Scenario } from './scenario.js';
import { Workload } from './workload.js';

const MINUTE_MS = 60_000;

/** Old nodes are heard of by SYNC and probed at once; they themselves ping every 30 s. */
const ALL_TOGETHER_MS = 35_000;

export const oldAndNew: Scenario = {
  name: 'old-and-new',
  summary:
    '4 old nodes and 5 of ours under load; an old one dies and is re-learned by the others: ours say 201 all the while',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world), 5);
    const old = startOld(world, 4, addressesOf(cluster), 3);
    await reached(world, 'ours list the old ones', () => isKnownToOurs(world), ALL_TOGETHER_MS);
    const workload = new Workload(world, { perSecond: 6, hosts: () => world.hosts });
    workload.start();
    await world.run(MINUTE_MS);
    const [dead] = old;
    if (dead !== undefined) world.kill(dead);
    await reached(world, 'ours have given up the dead one', () => isKnownToOurs(world), ALL_TOGETHER_MS);
    for (let i = 0; i < 4; i++) {
      await expectStatus(world, cluster.seats, 201, `with a ghost about ${i}`);
      await world.run(MINUTE_MS / 2);
    }
    workload.stop();
    await oracle.atRest();
  },
};

/** Requests that each of ours may send in a second while two old nodes answer each other for ever. */
const CALM_PER_NODE_SECOND = 5;

/** Old nodes send their first SYNC 30 s after they started. */
const STORM_BEGINS_MS = 35_000;
const OBSERVED_MS = 20_000;

/** Two old nodes that know fewer others than the replication factor wants answer each other's SYNC without end. */
export const oldStorm: Scenario = {
  name: 'old-storm',
  summary: '2 old nodes below the replication factor storm each other: ours does not join in',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world, { config: { replication: 5 } }), 1);
    startOld(world, 2, addressesOf(cluster), 5);
    await reached(world, 'ours list the old ones', () => isKnownToOurs(world), ALL_TOGETHER_MS);
    await world.run(STORM_BEGINS_MS);
    const machines = new Set(world.nodes.map(({ machine }) => machine));
    let [ours, theirs] = [0, 0];
    world.observe({
      sent: ({ from }) => {
        if (machines.has(from)) ours++;
        else theirs++;
      },
    });
    await world.run(OBSERVED_MS);
    world.note('reached', `requests in 20 s: ${ours} of ours, ${theirs} of theirs`);
    if (theirs < 1000) world.violated('old nodes storm', `only ${theirs} requests: the scenario shows nothing`);
    if (ours > (CALM_PER_NODE_SECOND * OBSERVED_MS) / 1000)
      world.violated('a storm of old nodes does not spread', `${ours} requests of ours`);
    for (const host of world.hosts) if (host.kind === 'legacy') world.kill(host);
    await oracle.atRest();
  },
};

function addressesOf(cluster: Cluster): readonly HostPort[] {
  return cluster.seats.map(({ address }) => address);
}

function startOld(world: World, count: number, seeds: readonly HostPort[], replication: number): readonly SimLegacy[] {
  return Array.from({ length: count }, (_, i) =>
    startLegacy(world, {
      id: `old${i + 1}`,
      enclave: 'default',
      seeds,
      flavour: FLAVOURS[i % FLAVOURS.length] ?? 'go',
      replication,
      minTtl: 1,
    }),
  );
}

function isKnownToOurs(world: World): boolean {
  const others = world.hosts.map(({ id }) => id).sort();
  return world.nodes.every(({ id, peers }) => peers.join() === others.filter((other) => other !== id).join());
}
