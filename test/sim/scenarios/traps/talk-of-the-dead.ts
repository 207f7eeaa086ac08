import { selfInfo } from '../../../../src/gossip/self.js';
import type { SimNode } from '../../world/node.js';
import type { World } from '../../world/world.js';
import { Cluster, reached } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { CHECKS } from './checks.js';
import { Impostor } from './impostor.js';
import { isTo, watchSent } from './sightings.js';

const PERIOD_MS = 50;
const WATCHED_MS = 20_000;

/**
 * A dead member is talked about, or speaks itself, twenty times a second. It is probed in its turn, once a second at most in
 * a small cluster; besides, once a second where it speaks, and once in ten seconds where others speak of it.
 */
function talkOfTheDead(isItself: boolean): Scenario {
  const perSecond = isItself ? 2 : 1.1;
  return {
    name: isItself ? 'word-of-the-dead' : 'talk-of-the-dead',
    summary: `a dead member ${isItself ? 'speaks' : 'is spoken of'} without end: it stays dead, and is not probed without end`,
    play: async (world, oracle) => {
      const cluster = new Cluster(world);
      cluster.add(3);
      await cluster.startAll();
      await cluster.allKnowAllWithin(10_000);
      const [listener, talker, dead] = cluster.nodes;
      if (listener === undefined || talker === undefined || dead === undefined) return;
      world.kill(dead);
      const isDead = (): boolean => !listener.peers.includes(dead.id);
      await reached(world, 'the dead one is found out', isDead, 20_000);
      let probes = 0;
      watchSent(world, listener, ({ type }, exchange) => {
        if (type === 'PING' && isTo(exchange, dead)) probes++;
      });
      world.observe({
        stepped: () => {
          if (!isDead()) world.violated(CHECKS.deadStayDead, `${listener.id} lists ${dead.id}`);
        },
      });
      await talk(world, listener, dead, isItself ? dead.id : talker.id);
      const allowed = (perSecond * WATCHED_MS) / 1000 + 2;
      if (probes > allowed) world.violated(CHECKS.deadProbes, `${probes}, allowed are ${allowed}`);
      await oracle.atRest();
    },
  };
}

async function talk(world: World, to: SimNode, of: SimNode, from: string): Promise<void> {
  const impostor = new Impostor(world);
  for (let saidMs = 0; saidMs < WATCHED_MS; saidMs += PERIOD_MS) {
    impostor.tellOf(to, selfInfo(of.self), from);
    await world.run(PERIOD_MS);
  }
}

export const TALK: readonly Scenario[] = [talkOfTheDead(false), talkOfTheDead(true)];
