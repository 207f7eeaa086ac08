import type { World } from '../../world/world.js';
import { Cluster } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { CHECKS } from './checks.js';
import { Impostor } from './impostor.js';
import { isTo, watchSent } from './sightings.js';

async function threeNodes(world: World, config: { readonly maxStorageBytes?: number } = {}): Promise<Cluster> {
  const cluster = new Cluster(world, { config: { replication: 3 } });
  cluster.add(2);
  cluster.add(1, 'default', config);
  await cluster.startAll();
  await cluster.allKnowAllWithin(10_000);
  await world.run(3000);
  return cluster;
}

/** A client writes at a node in the moment it starts again. */
const earlyWrite: Scenario = {
  name: 'early-write',
  summary: 'a client writes at a node that has just started: the node does not take itself for the only one',
  play: async (world, oracle) => {
    const cluster = await threeNodes(world);
    const [seat] = cluster.seats.slice(-1);
    if (seat?.node === undefined) return;
    world.kill(seat.node);
    cluster.start(seat);
    const write = world.clients.put(seat.node, 'default/early', 60);
    await world.runUntil(() => write.status !== undefined, 10_000);
    const holders = cluster.nodes.filter((node) => node.get(write.key) !== undefined);
    if (write.status === 201 && holders.length < 2)
      world.violated(CHECKS.early, `${seat.id} alone holds write ${write.id}`);
    await oracle.atRest();
  },
};

/** A write that its receiver has no room for comes twice: first passed on, then from its origin, who counts the ACK. */
const fullPeer: Scenario = {
  name: 'full-peer',
  summary: 'a node without room is sent a write twice: it acknowledges neither',
  play: async (world, oracle) => {
    const cluster = await threeNodes(world, { maxStorageBytes: 1000 });
    const [writer, other, full] = cluster.nodes;
    if (writer === undefined || other === undefined || full === undefined) return;
    const delay = { kind: 'uniform', minMs: 300, maxMs: 300 } as const;
    world.network.setLink(writer.machine, full.machine, { delay });
    world.network.setLink(writer.machine, other.machine, { path: 'silent' });
    const impostor = new Impostor(world);
    watchSent(world, writer, (message, exchange) => {
      if (message.type !== 'PUT' || !isTo(exchange, full)) return;
      const { wantsReply: _, ...forwarded } = message;
      world.after(0, () => impostor.post(full, forwarded));
    });
    const { key } = world.clients.put(writer, 'default/large', 60, 2000);
    await world.run(6000);
    if (full.get(key) !== undefined) world.violated(CHECKS.cap, `${full.id} holds a value beyond its cap`);
    world.network.heal();
    await oracle.atRest();
  },
};

/** Above ten peers anybody may acknowledge, since others pass the write on: only its time ends the waiting. */
const deafWriter: Scenario = {
  name: 'deaf-writer',
  summary: 'a node of thirteen is cut off and takes a write: the client has its answer after the write timeout',
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(13);
    await cluster.startAll();
    await cluster.allKnowAllWithin(15_000);
    await world.run(3000);
    const [writer, ...others] = cluster.nodes;
    if (writer === undefined) return;
    world.network.partition([[writer.machine], others.map(({ machine }) => machine)]);
    const write = world.clients.put(writer, 'default/unheard', 60);
    await world.run(writer.config.writeTimeoutMs + 100);
    if (write.status === undefined) world.violated(CHECKS.answered, `write ${write.id} at ${writer.id}`);
    world.network.heal();
    await oracle.atRest();
  },
};

export const WRITERS: readonly Scenario[] = [earlyWrite, fullPeer, deafWriter];
