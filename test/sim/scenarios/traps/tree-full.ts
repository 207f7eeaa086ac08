import { Cluster, running } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { allAttachedWithin, EQUAL_AND_CARRIED_MS } from '../tree.js';

const SUBSTRATES = 3;
const MAX_CHILDREN = 3;
const TRANSIENTS = 8;

const ATTACHED_MS = 3000;
const WITHOUT_ONE_MS = 20_000;

/** Who finds no room goes on asking; after 20 s the pause may be half a minute long. */
const ROOM_FOUND_MS = 35_000;

/** There is one place to spare; and, while one substrate is away, there are two too few. */
export const treeFull: Scenario = {
  name: 'tree-full',
  summary:
    '8 transients for 3 substrates with 3 places each: all find theirs, wait where there is none, and find it again',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world, { config: { maxChildren: MAX_CHILDREN } }), SUBSTRATES);
    for (const seat of cluster.addTransients(TRANSIENTS)) cluster.start(seat);
    await allAttachedWithin(cluster, oracle, 'at the start', ATTACHED_MS);
    const [away] = cluster.seats;
    if (away?.node === undefined) return;
    world.kill(away.node);
    await world.run(WITHOUT_ONE_MS);
    cluster.start(away);
    await allAttachedWithin(cluster, oracle, 'once there is room again', ROOM_FOUND_MS);
    await oracle.atRest({ replicas: 'complete', equalWithinMs: EQUAL_AND_CARRIED_MS });
  },
};
