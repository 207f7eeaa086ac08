import { Cluster, reached } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { CHECKS } from './checks.js';

/** News for the members of the seed, for longer than it takes to find out that one is gone. */
const JOINS = 24;
const JOIN_PERIOD_MS = 500;

/** A process comes up at the address of another under a name of its own. */
const newName: Scenario = {
  name: 'new-name',
  summary: 'a node is replaced at its address by one of another id: the others let go of the former within 15 s',
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(4);
    await cluster.startAll();
    await cluster.allKnowAllWithin(10_000);
    const [seat] = cluster.seats.slice(-1);
    if (seat?.node === undefined) return;
    world.kill(seat.node);
    seat.id = 'successor';
    cluster.start(seat);
    await cluster.allKnowAllWithin(15_000);
    await oracle.atRest();
  },
};

/** While a process is found to be gone, another takes what is sent to its address, and there is news to send all the time. */
const newNameInBusyTimes: Scenario = {
  name: 'new-name-in-busy-times',
  summary: 'a node is replaced at its address while others join all the time: the successor does not keep it alive',
  play: async (world, oracle) => {
    const cluster = new Cluster(world, { seeds: 1 });
    cluster.add(4);
    await cluster.startAll();
    await cluster.allKnowAllWithin(10_000);
    const [seed] = cluster.nodes;
    const [seat] = cluster.seats.slice(-1);
    if (seat?.node === undefined || seed === undefined) return;
    const former = seat.id;
    world.kill(seat.node);
    seat.id = 'successor';
    cluster.start(seat);
    for (let joined = 0; joined < JOINS; joined++) {
      for (const newcomer of cluster.add(1)) cluster.start(newcomer);
      await world.run(JOIN_PERIOD_MS);
    }
    if (seed.peers.includes(former)) world.violated(CHECKS.successor, `${seed.id} lists ${former}`);
    await oracle.atRest();
  },
};

/** The only seed is replaced: the new one knows nobody, and the others have met the former one. */
const seedReplaced: Scenario = {
  name: 'seed-replaced',
  summary: 'the seed of a cluster leaves and another node takes its address: all know all within 40 s',
  play: async (world, oracle) => {
    const cluster = new Cluster(world, { seeds: 1 });
    cluster.add(5);
    await cluster.startAll();
    await cluster.allKnowAllWithin(10_000);
    const [seed] = cluster.seats;
    if (seed === undefined) return;
    await cluster.leave(seed);
    seed.id = 'successor';
    cluster.start(seed);
    await cluster.allKnowAllWithin(40_000);
    await oracle.atRest();
  },
};

/** A node that was given up comes back, and is told of no seed: it knows nobody, and only the others can find it. */
const withoutSeeds: Scenario = {
  name: 'without-seeds',
  summary: 'a node that was given up comes back and is told of no seed: the others find it within 10 s',
  play: async (world, oracle) => {
    const cluster = new Cluster(world, { seeds: 1 });
    cluster.add(3);
    await cluster.startAll();
    await cluster.allKnowAllWithin(10_000);
    await world.run(3000);
    const [lost, ...others] = [...cluster.nodes].reverse();
    if (lost === undefined) return;
    world.kill(lost);
    const isListed = (): readonly boolean[] => others.map((node) => node.peers.includes(lost.id));
    await reached(world, 'the lost one is given up', () => !isListed().includes(true), 20_000);
    world.startNode({ id: lost.id, address: lost.address, config: { minTtlSeconds: lost.config.minTtlSeconds } });
    await reached(world, 'the lost one is found', () => !isListed().includes(false), 10_000);
    await oracle.atRest();
  },
};

/** A process comes back in another enclave, and is sent a write before anybody knows. */
const changeOfEnclave: Scenario = {
  name: 'change-of-enclave',
  summary: 'a node comes back in another enclave: it does not take the writes that are still sent to it',
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(3);
    await cluster.startAll();
    await cluster.allKnowAllWithin(10_000);
    const [writer, , moved] = cluster.nodes;
    if (writer === undefined || moved === undefined) return;
    const { id, address, config } = moved;
    world.kill(moved);
    world.startNode({ id, address, enclave: 'other', config: { ...config, enclave: 'other' } });
    for (let i = 1; i <= 5; i++) world.clients.put(writer, `default/kept-${i}`, 60);
    await world.run(5000);
    await oracle.atRest();
  },
};

export const SUCCESSORS: readonly Scenario[] = [
  newName,
  newNameInBusyTimes,
  withoutSeeds,
  changeOfEnclave,
  seedReplaced,
];
