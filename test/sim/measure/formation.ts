import { World } from '../world/world.js';
import { Acquaintance } from './acquaintance.js';
import { PHASES_MS, standingCluster, startedCluster } from './cluster.js';
import type { Measurement } from './measurement.js';

const LIMIT_MS = 600_000;

/** All nodes start in one moment: until everybody lists everybody, and what that takes. */
export const START: Measurement = {
  name: 'start',
  seeds: (size) => (size <= 30 ? 10 : size <= 100 ? 5 : 1),
  take: async (size, seed) => {
    const world = new World(seed, { logs: false });
    const acquaintance = new Acquaintance();
    world.observe(acquaintance);
    startedCluster(world, size);
    const all = size * (size - 1);
    if (!(await world.runUntil(() => acquaintance.pairs === all, LIMIT_MS))) throw new Error('no cluster formed');
    return { allMs: [world.elapsedMs], messagesPerNode: [world.network.traffic.messages / size] };
  },
};

/** Longest time the effects of a join are counted for, in milliseconds: by then topology sync is as rare as before. */
const AFTERMATH_MS = 60_000;

/** Clusters up to this size are watched for what a join sets off. */
const AFTERMATH_UP_TO = 300;

/**
 * One node joins a cluster that stands: until all list it and it lists all, and the messages beyond those of an idle
 * time.
 */
export const JOIN: Measurement = {
  name: 'join',
  seeds: (size) => (size <= 30 ? 10 : size <= 100 ? 2 : 1),
  take: async (size, seed) => {
    const world = new World(seed, { logs: false });
    const [first] = standingCluster(world, size);
    await world.run(PHASES_MS + 1000);
    const { traffic } = world.network;
    const isWatched = size <= AFTERMATH_UP_TO;
    const idleFrom = traffic.messages;
    if (isWatched) await world.run(AFTERMATH_MS);
    const idle = traffic.messages - idleFrom;
    const acquaintance = new Acquaintance();
    world.observe(acquaintance);
    const [joinedMs, joinedAt] = [world.elapsedMs, traffic.messages];
    const joiner = world.startNode({ id: 'joiner', seeds: first === undefined ? [] : [first.address] });
    const within = async (isSo: () => boolean): Promise<number> => {
      if (!(await world.runUntil(isSo, LIMIT_MS))) throw new Error('the node did not become a member');
      return world.elapsedMs - joinedMs;
    };
    const knowsAllMs = await within(() => acquaintance.knows(joiner.id) === size);
    const knownToAllMs = await within(() => acquaintance.knownTo(joiner.id) === size);
    if (!isWatched) return { knowsAllMs: [knowsAllMs], knownToAllMs: [knownToAllMs] };
    await world.run(AFTERMATH_MS - (world.elapsedMs - joinedMs));
    const messages = traffic.messages - joinedAt - idle;
    return { knowsAllMs: [knowsAllMs], knownToAllMs: [knownToAllMs], messages: [messages] };
  },
};
