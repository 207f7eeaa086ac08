import { selfInfo } from '../../../../src/gossip/self.js';
import { startLegacy } from '../../world/legacy-host.js';
import { Cluster, reached, running } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { CHECKS } from './checks.js';
import { Impostor } from './impostor.js';

const PERIOD_MS = 500;
const TOLD_MS = 90_000;

/** An operator removes a node that lives, and of which others go on to speak, with and without its incarnation. */
export const removedAlive: Scenario = {
  name: 'removed-alive',
  summary:
    'a node that lives is removed, and is spoken of for 90 s: all take it off their lists, and none puts it back',
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(4);
    await cluster.startAll();
    await cluster.allKnowAllWithin(10_000);
    const [first, talker, , removed] = cluster.nodes;
    if (first === undefined || talker === undefined || removed === undefined) return;
    const { extension: _, ...withoutIncarnation } = selfInfo(removed.self);
    world.remove(first, removed.id);
    const impostor = new Impostor(world);
    for (let toldMs = 0; toldMs < TOLD_MS; toldMs += PERIOD_MS) {
      for (const node of [first, talker]) {
        impostor.tellOf(node, withoutIncarnation, 'old');
        impostor.tellOf(node, withoutIncarnation, removed.id);
        impostor.tellOf(node, selfInfo(removed.self), removed.id);
      }
      await world.run(PERIOD_MS);
    }
    world.kill(removed);
    await oracle.atRest();
  },
};

const BARRED_MS = 60_000;
const LISTED_MS = 10_000;

/** Nothing but the expiry of its tombstone brings back an older node, which has no incarnation. */
export const removedForAMinute: Scenario = {
  name: 'removed-for-a-minute',
  summary: 'an old node that lives is removed for a minute: nobody lists it meanwhile, and then all do',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world), 3);
    const [first, second] = cluster.nodes;
    const [seed] = cluster.seats;
    if (first === undefined || second === undefined || seed === undefined) return;
    const old = startLegacy(world, { id: 'old1', enclave: 'default', seeds: [seed.address], flavour: 'go' });
    const isListed = (): boolean => cluster.nodes.every(({ peers }) => peers.includes(old.id));
    const isGone = (): boolean => cluster.nodes.every(({ peers }) => !peers.includes(old.id));
    await reached(world, 'all know the old node', isListed, LISTED_MS);
    const impostor = new Impostor(world);
    const removedAtMs = first.clock.nowMs();
    const tombstone = {
      id: old.id,
      incarnation: removedAtMs,
      removedAtMs,
      expiresAtMs: removedAtMs + BARRED_MS,
      by: second.id,
    };
    impostor.spread(first, [{ kind: 'removed', tombstone }], second.id);
    await reached(world, CHECKS.barredForATime, isGone, LISTED_MS);
    const { host: address, port: httpPort } = old.address;
    const speaks = (): void => {
      const info = { id: old.id, address, port: 0, httpPort, enclave: 'default' };
      for (const node of cluster.nodes) impostor.tellOf(node, info, old.id);
    };
    while (first.clock.nowMs() < tombstone.expiresAtMs - 2 * PERIOD_MS) {
      speaks();
      await world.run(PERIOD_MS);
      if (!isGone()) world.violated(CHECKS.barredForATime, `${old.id} is listed before its time`);
    }
    await world.run(4 * PERIOD_MS);
    speaks();
    await reached(world, CHECKS.barredForATime, isListed, LISTED_MS);
    await oracle.atRest();
  },
};
