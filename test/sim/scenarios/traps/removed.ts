import { selfInfo } from '../../../../src/gossip/self.js';
import { Cluster } from '../cluster.js';
import type { Scenario } from '../scenario.js';
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
