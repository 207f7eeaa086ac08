import type { World } from '../../world/world.js';
import { Cluster } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { CHECKS } from './checks.js';
import { watchSent } from './sightings.js';

const NODES = 14;

/** Of thirteen peers a node sends a write to so many: the least square root that suffices. */
const FAN_OUT = 4;

/** Above ten peers writes are passed on: by each node once, and never to where they came from. */
export const forwarding: Scenario = {
  name: 'forwarding',
  summary: `writes among ${NODES} nodes: each passes a write on once, to ${FAN_OUT} others, and never back to its origin`,
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(NODES);
    await cluster.startAll();
    await cluster.allKnowAllWithin(15_000);
    await world.run(3000);
    watchForwarding(world);
    for (const node of cluster.nodes) {
      world.clients.put(node, `default/of-${node.id}`, 60);
      await world.run(100);
    }
    await world.run(5000);
    await oracle.atRest();
  },
};

function watchForwarding(world: World): void {
  for (const node of world.nodes) {
    const sent = new Map<string, number>();
    watchSent(world, node, (message, { to }) => {
      if (message.type !== 'PUT') return;
      const count = (sent.get(message.messageId) ?? 0) + 1;
      sent.set(message.messageId, count);
      const text = `${node.id} sends ${message.messageId}`;
      if (count > FAN_OUT) world.violated(CHECKS.passedOnOnce, `${text} ${count} times`);
      if (world.network.machineAt(to).listener === originOf(world, message.from)) {
        world.violated(CHECKS.neverBack, text);
      }
    });
  }
}

function originOf(world: World, id: string): unknown {
  return world.nodes.find((node) => node.id === id);
}
