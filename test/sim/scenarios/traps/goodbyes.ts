import type { MemberEventKind } from '../../../../src/gossip/membership/member-event.js';
import type { SimNode } from '../../world/node.js';
import type { World } from '../../world/world.js';
import { Cluster } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { CHECKS } from './checks.js';

const LATE_MS = 4000;

/** Late answers are strikes, which the next answer wipes out. */
const PASSING: ReadonlySet<MemberEventKind> = new Set(['suspected', 'cleared']);

/** From now on, what `from` sends to `to` is on its way for seconds; until it is called again with `false`. */
function delay(world: World, from: SimNode, to: SimNode, isLate: boolean): void {
  const late = { delay: { kind: 'uniform', minMs: LATE_MS, maxMs: LATE_MS } } as const;
  world.network.setLink(from.machine, to.machine, isLate ? late : undefined);
}

async function threeNodes(world: World): Promise<Cluster> {
  const cluster = new Cluster(world);
  cluster.add(3);
  await cluster.startAll();
  await cluster.allKnowAllWithin(10_000);
  await world.run(2000);
  return cluster;
}

/** Calls back with the incarnation that `node` knows of the member `id`, after every step in which its code ran. */
function watchIncarnation(world: World, node: SimNode, id: string): void {
  let latest = 0;
  world.observe({
    stepped: (ran) => {
      if (!ran.has(node.process)) return;
      const known = node.core.gossip.members.get(id)?.extension?.incarnation ?? 0;
      if (known < latest) world.violated(CHECKS.incarnations, `${node.id} of ${id}: ${latest} to ${known}`);
      latest = Math.max(latest, known);
    },
  });
}

/** The goodbye of a process, and what it said before, arrive after its successor has introduced itself. */
const lateGoodbye: Scenario = {
  name: 'late-goodbye',
  summary: 'a node leaves and comes back; what its former process said arrives afterwards, and changes nothing',
  play: async (world, oracle) => {
    const cluster = await threeNodes(world);
    const [seat] = cluster.seats.slice(-1);
    const [listener] = cluster.nodes;
    if (seat?.node === undefined || listener === undefined) return;
    const { node } = seat;
    watchIncarnation(world, listener, node.id);
    delay(world, node, listener, true);
    await world.run(1500);
    await cluster.leave(seat);
    delay(world, node, listener, false);
    cluster.start(seat);
    await cluster.allKnowAllWithin(2000);
    world.observe({
      memberChanged: ({ id }, { kind }) => {
        if (id === listener.id && !PASSING.has(kind)) world.violated(CHECKS.oldNews, `${id} takes it for ${kind}`);
      },
    });
    await world.run(2 * LATE_MS);
    await oracle.atRest();
  },
};

/** A node leaves for good; what it said before arrives afterwards. */
const lateWord: Scenario = {
  name: 'late-word',
  summary: 'a node leaves for good; what it said before arrives afterwards, and does not bring it back',
  play: async (world, oracle) => {
    const cluster = await threeNodes(world);
    const [seat] = cluster.seats.slice(-1);
    const [listener] = cluster.nodes;
    if (seat?.node === undefined || listener === undefined) return;
    const { node } = seat;
    delay(world, node, listener, true);
    await world.run(1500);
    delay(world, node, listener, false);
    await cluster.leave(seat);
    const isListed = (): boolean => listener.peers.includes(node.id);
    await world.run(100);
    if (isListed()) world.violated(CHECKS.goodbyeBelieved, `${listener.id} lists ${node.id}`);
    world.observe({
      stepped: () => {
        if (isListed()) world.violated(CHECKS.goodbye, `${listener.id} lists ${node.id} again`);
      },
    });
    await world.run(2 * LATE_MS);
    await oracle.atRest();
  },
};

export const GOODBYES: readonly Scenario[] = [lateGoodbye, lateWord];
