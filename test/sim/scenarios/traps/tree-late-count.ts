import { Cluster, reached, running } from '../cluster.js';
import { expectStatus } from '../probe-writes.js';
import type { Scenario } from '../scenario.js';
import { allAttachedWithin, EQUAL_AND_CARRIED_MS } from '../tree.js';

/** A member that is so far proves to be there only after children were told that it has come. */
const FAR_MS = 200;

const ATTACHED_MS = 1000;
const COUNTED_MS = 3000;

/** A parent was alone; a second substrate joins, is counted, and is cut off before it has anything. */
export const treeLateCount: Scenario = {
  name: 'tree-late-count',
  summary: 'a child writes just after its parent has begun to count another member, which is cut off: it is told 202',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world), 1);
    const children = cluster.addTransients(1);
    for (const child of children) cluster.start(child);
    await allAttachedWithin(cluster, oracle, 'after the start', ATTACHED_MS);
    const [first, second] = [...cluster.seats.slice(0, 1), ...cluster.add(1)];
    const parent = first?.node;
    if (first === undefined || second === undefined || parent === undefined) return;
    const [here, there] = [cluster.machine(first), cluster.machine(second)];
    const delay = { kind: 'uniform', minMs: FAR_MS, maxMs: FAR_MS } as const;
    world.network.setLink(here, there, { delay });
    world.network.setLink(there, here, { delay });
    cluster.start(second);
    await reached(world, 'the second is counted', () => parent.core.gossip.members.quorumBasis() === 2, COUNTED_MS);
    world.network.partition([[there], [here, ...children.map((seat) => cluster.machine(seat))]]);
    await expectStatus(world, children, 202, 'without the second');
    world.network.heal();
    await oracle.atRest({ replicas: 'complete', equalWithinMs: EQUAL_AND_CARRIED_MS });
  },
};
