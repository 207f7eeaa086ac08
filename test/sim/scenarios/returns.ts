import { Cluster, running } from './cluster.js';
import type { Scenario } from './scenario.js';

const BEHIND_MS = 120_000;
const MINUTE_MS = 60_000;

/**
 * A node that left in order comes back with its clock behind, and the seed it asks has been restarted meanwhile: only the
 * others know how late its former incarnation was. Unequal at rest until there is repair: who returns returns empty.
 */
export const returnBehind: Scenario = {
  name: 'return-behind',
  summary:
    'a node that said goodbye returns with its clock 2 minutes behind, through a seed that does not know it; all list it',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world, { seeds: 1 }), 5);
    const [seed, , gone] = cluster.seats;
    if (seed?.node === undefined || gone?.node === undefined) return;
    await cluster.leave(gone);
    world.kill(seed.node);
    await world.run(MINUTE_MS / 2);
    cluster.start(seed);
    world.jumpClock(gone.node, -BEHIND_MS);
    cluster.start(gone);
    await cluster.allKnowAllWithin(MINUTE_MS);
    await oracle.atRest({ replicas: 'unclaimed' });
  },
};
