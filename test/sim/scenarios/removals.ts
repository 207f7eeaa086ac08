import { selfInfo } from '../../../src/gossip/self.js';
import type { NodeInfo } from '../../../src/gossip/wire/message.js';
import type { NodeConfig } from '../../../src/node/config/node-config.js';
import type { Oracle } from '../oracle/oracle.js';
import { type SimLegacy, startLegacy } from '../world/legacy-host.js';
import type { SimNode } from '../world/node.js';
import type { World } from '../world/world.js';
import { Cluster, reached, running, type Seat } from './cluster.js';
import type { Scenario } from './scenario.js';
import { Impostor } from './traps/impostor.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** As seldom as older nodes probe: a day is to be played in a minute. */
const CONFIG: Partial<NodeConfig> = { pingIntervalMs: 30_000, pingTimeoutMs: 5000 };

const TOLD_EVERY_MS = MINUTE_MS;

/** Short of the end of the tombstone, which is a day after the removal. */
const PLAYED_MS = 24 * HOUR_MS - 10 * MINUTE_MS;

const EVICTED_MS = 15 * MINUTE_MS;
const RETURNED_MS = 10 * MINUTE_MS;

/** Tells of a node that was removed, in every way in which nodes of the old protocol, or late ones, can. */
class Rumours {
  readonly #world: World;
  readonly #impostor: Impostor;
  readonly #old: SimLegacy;
  readonly #ghost: NodeInfo;
  #runs = true;

  constructor(world: World, old: SimLegacy, ghost: NodeInfo) {
    this.#world = world;
    this.#impostor = new Impostor(world);
    this.#old = old;
    this.#ghost = ghost;
    this.#tell();
  }

  stop(): void {
    this.#runs = false;
  }

  #tell(): void {
    if (!this.#runs) return;
    const { id, address, port, httpPort, enclave } = this.#ghost;
    const withoutIncarnation = { id, address, port, httpPort, enclave };
    // The old node lists it then, in what it tells and in its answers to joiners, until its own pings have failed.
    this.#impostor.tellOf(this.#old, withoutIncarnation, id);
    for (const node of this.#world.nodes) {
      this.#impostor.tellOf(node, withoutIncarnation, this.#old.id);
      this.#impostor.tellOf(node, withoutIncarnation, id);
      this.#impostor.tellOf(node, this.#ghost, id);
    }
    this.#world.after(TOLD_EVERY_MS, () => this.#tell());
  }
}

/**
 * Nobody ever lists the removed node again: that the oracle watches. Besides the rumours there are a node that was cut off
 * while the other died and was removed, one that restarts, and two that join later, one of them through the old node.
 */
export const removedForADay: Scenario = {
  name: 'removed-for-a-day',
  summary: 'an old node, and others in its name, tell for 24 hours of a node that was removed: nobody lists it again',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world, { config: CONFIG }), 6);
    const [first, , restarting, away, victim] = cluster.seats;
    if (first?.node === undefined || restarting?.node === undefined) throw new Error('six nodes');
    if (away?.node === undefined || victim?.node === undefined) throw new Error('six nodes');
    const old = startLegacy(world, { id: 'old1', enclave: 'default', seeds: [first.address], flavour: 'go' });
    await world.run(2 * MINUTE_MS);
    const ghost = selfInfo(victim.node.self);
    await cutOff(cluster, oracle, away.node);
    world.kill(victim.node);
    const others = cluster.nodes.filter((node) => node !== away.node);
    const isEvicted = (): boolean => others.every(({ peers }) => !peers.includes(victim.id));
    await reached(world, 'the victim is evicted', isEvicted, EVICTED_MS);
    world.remove(first.node, victim.id);
    const rumours = new Rumours(world, old, ghost);
    const endMs = world.elapsedMs + PLAYED_MS;
    await world.run(HOUR_MS);
    world.network.heal();
    oracle.removals.reached(away.node);
    await world.run(HOUR_MS);
    await restart(cluster, restarting);
    await world.run(HOUR_MS);
    join(world, 'late-through-ours', first);
    world.startNode({ id: 'late-through-old', seeds: [old.address, first.address], config: CONFIG });
    await world.run(endMs - world.elapsedMs);
    rumours.stop();
    await comesBackOnPurpose(cluster, victim);
  },
};

async function cutOff({ world, nodes }: Cluster, oracle: Oracle, node: SimNode): Promise<void> {
  const others = nodes.filter((other) => other !== node).map(({ machine }) => machine);
  world.network.partition([[node.machine], others]);
  oracle.removals.cutOff(node);
  await world.run(MINUTE_MS);
}

async function restart(cluster: Cluster, seat: Seat): Promise<void> {
  if (seat.node !== undefined) cluster.world.kill(seat.node);
  await cluster.world.run(MINUTE_MS);
  cluster.start(seat);
}

function join(world: World, id: string, seed: Seat): SimNode {
  return world.startNode({ id, seeds: [seed.address], config: CONFIG });
}

/** Started again, it is a later incarnation, which no tombstone bars. */
async function comesBackOnPurpose(cluster: Cluster, seat: Seat): Promise<void> {
  const { world } = cluster;
  cluster.start(seat);
  const isListed = (): boolean => world.nodes.every(({ id, peers }) => id === seat.id || peers.includes(seat.id));
  await reached(world, 'the removed one has come back on purpose', isListed, RETURNED_MS);
}
