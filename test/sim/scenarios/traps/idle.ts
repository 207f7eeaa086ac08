import { Cluster } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { CHECKS } from './checks.js';

const NODES = 5;
const WATCHED_MS = 120_000;

/** What an idle cluster may send of each type, per node in the time it is watched, a little more than it needs. */
const ALLOWANCE: ReadonlyMap<string, number> = new Map([
  ['PING', WATCHED_MS / 1000 + 2],
  // One "this is me" an interval, and as many answers of one SYNC for each node.
  ['SYNC', (WATCHED_MS / 30_000 + 1) * (NODES + 1)],
]);

/** Nothing happens: messages are as many as probing and topology sync need, and no seed is asked. */
export const idle: Scenario = {
  name: 'idle',
  summary: `${NODES} nodes that know each other and have nothing to do send what their timers ask for, and no more`,
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(NODES);
    await cluster.startAll();
    await cluster.allKnowAllWithin(10_000);
    await world.run(60_000);
    const counts = new Map<string, number>();
    world.observe({ sent: ({ type }) => void counts.set(type, (counts.get(type) ?? 0) + 1) });
    await world.run(WATCHED_MS);
    for (const [type, count] of counts) {
      const allowed = NODES * (ALLOWANCE.get(type) ?? 0);
      if (count > allowed) world.violated(CHECKS.quiet, `${count} ${type}, where ${allowed} are allowed`);
    }
    await oracle.atRest();
  },
};
