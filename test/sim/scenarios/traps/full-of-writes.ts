import { Cluster } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { MAX_PENDING } from './bounds.js';
import { CHECKS } from './checks.js';

const BEYOND = 100;

/** As long as the oracle needs to look at the node while it is full. */
const FULL_MS = 2000;

/**
 * Above ten peers anybody may acknowledge, since others pass the write on: all that is written waits for its time to end.
 * In a smaller enclave the queues to the peers overflow first, and the writes that overflow are answered 202 at once.
 */
export const fullOfWrites: Scenario = {
  name: 'full-of-writes',
  summary: `${MAX_PENDING} writes wait for a quorum that cannot be reached: the next are answered 503, and the node goes on`,
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(12);
    await cluster.startAll();
    await cluster.allKnowAllWithin(15_000);
    await world.run(3000);
    const [writer, ...others] = cluster.nodes;
    if (writer === undefined) return;
    world.network.partition([[writer.machine], others.map(({ machine }) => machine)]);
    const waiting = Array.from({ length: MAX_PENDING }, (_, i) => world.clients.put(writer, `default/w${i}`, 60));
    const beyond = Array.from({ length: BEYOND }, (_, i) => world.clients.put(writer, `default/b${i}`, 60));
    await world.run(FULL_MS);
    const pending = writer.metrics.value('repram_writes_pending');
    if (pending > MAX_PENDING) world.violated(CHECKS.pending, `${pending}, where ${MAX_PENDING} are allowed`);
    if (pending < MAX_PENDING) world.violated(CHECKS.pressed, `${pending} writes pending of ${MAX_PENDING}`);
    for (const { id, key, status } of beyond) {
      if (status === 503 && writer.get(key) === undefined) continue;
      world.violated(CHECKS.pending, `write ${id} beyond the bound is answered ${status ?? 'nothing yet'}`);
    }
    await world.run(writer.config.writeTimeoutMs - FULL_MS + 100);
    for (const { id, status } of waiting) {
      if (status !== 202) world.violated(CHECKS.answered, `write ${id} has ${status ?? 'no answer'}`);
    }
    world.network.heal();
    await cluster.allKnowAllWithin(60_000);
    const after = world.clients.put(writer, 'default/after', 60);
    await world.run(1000);
    if (after.status !== 201) world.violated(CHECKS.pending, `after it all, a write is answered ${after.status}`);
    await oracle.atRest();
  },
};
