import { Cluster, running } from './cluster.js';
import type { Scenario } from './scenario.js';

const BEHIND_MS = 120_000;
const MINUTE_MS = 60_000;

/**
 * A node that left in order comes back with its clock behind, and the seed it asks has been restarted meanwhile: only the
 * others know how late its former incarnation was.
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
    await oracle.atRest();
  },
};

/**
 * Twice a node returns with its clock behind and outdoes what it is told of. The second time it is told by a seed that
 * has missed the first return, and so takes the very incarnation that has said goodbye to all others.
 */
export const returnCollides: Scenario = {
  name: 'return-collides',
  summary: 'a node returns in the incarnation that has said goodbye, as a process of its own; all list it',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world, { seeds: 2 }), 5);
    const [deaf, other, gone] = cluster.seats;
    if (deaf === undefined || other?.node === undefined || gone?.node === undefined) return;
    world.kill(gone.node);
    world.jumpClock(gone.node, -BEHIND_MS);
    // One seed hears nothing of the first return.
    const others = cluster.seats.filter((seat) => seat !== deaf);
    world.network.partition([[cluster.machine(deaf)], others.map((seat) => cluster.machine(seat))]);
    cluster.start(gone);
    await world.run(10_000);
    await cluster.leave(gone);
    // And only that one can be asked at the second.
    world.network.heal();
    world.kill(other.node);
    cluster.start(gone);
    await cluster.allKnowAllWithin(MINUTE_MS);
    await oracle.atRest();
  },
};
