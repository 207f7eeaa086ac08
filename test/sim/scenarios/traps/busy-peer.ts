import { Cluster } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { MAX_WAITING } from './bounds.js';
import { CHECKS } from './checks.js';
import { isTo, watchSent } from './sightings.js';

const WRITES = 1500;

/** A peer that says 429 asks for a second of patience each time, and a write has five: it is sent so often at most. */
const MOST_ATTEMPTS = 6;

/** A peer turns everything away while clients write: what waits for it is bounded, and so is how often it is asked. */
export const busyPeer: Scenario = {
  name: 'busy-peer',
  summary: `a peer answers 429 to ${WRITES} writes: so many wait to be sent again and no more, each with pauses`,
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(2);
    await cluster.startAll();
    await cluster.allKnowAllWithin(10_000);
    const [writer, busy] = cluster.nodes;
    if (writer === undefined || busy === undefined) return;
    world.network.setMachine(busy.machine, { busy: 1 });
    const attempts = new Map<string, number>();
    watchSent(world, writer, (message, exchange) => {
      if (message.type !== 'PUT' || !isTo(exchange, busy)) return;
      const count = (attempts.get(message.messageId) ?? 0) + 1;
      attempts.set(message.messageId, count);
      if (count > MOST_ATTEMPTS) world.violated(CHECKS.patience, `${message.messageId} is sent ${count} times`);
    });
    for (let i = 0; i < WRITES; i++) world.clients.put(writer, `default/w${i}`, 60);
    await world.run(6000);
    const repeated = [...attempts.values()].filter((count) => count > 1).length;
    if (repeated > MAX_WAITING) {
      world.violated(CHECKS.waiting, `${repeated} messages, where ${MAX_WAITING} are allowed`);
    }
    world.network.heal();
    await oracle.atRest();
  },
};
