import { Cluster, running } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { EQUAL_AND_CARRIED_MS } from '../tree.js';
import { CHECKS } from './checks.js';

/** Between the substrates: a child is nearer to its parent than the seeds are. */
const FAR_MS = 200;

const ATTACHED_MS = 5000;
const ANSWERED_MS = 10_000;

/** A client writes at a transient in the moment in which it is attached to a node that has just started. */
export const treeEarly: Scenario = {
  name: 'tree-early',
  summary: 'a child writes through a parent that has just started: the parent does not take itself for the only one',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world), 3);
    const substrates = cluster.seats.slice();
    const [seat] = substrates.slice(-1);
    if (seat?.node === undefined) return;
    const delay = { kind: 'uniform', minMs: FAR_MS, maxMs: FAR_MS } as const;
    const machines = substrates.map((each) => cluster.machine(each));
    for (const from of machines) for (const to of machines) world.network.setLink(from, to, { delay });
    world.kill(seat.node);
    const [child] = cluster.addTransients(1, 'default', {}, [seat.address]);
    if (child === undefined) return;
    cluster.start(seat);
    cluster.start(child);
    const { node } = child;
    if (node === undefined) return;
    await world.runUntil(() => oracle.tree.parentOf(node) !== undefined, ATTACHED_MS);
    const write = world.clients.put(node, 'default/early', 60);
    await world.runUntil(() => write.status !== undefined, ANSWERED_MS);
    const holders = cluster.members.filter((member) => member.get(write.key) !== undefined);
    if (write.status === 201 && holders.length < 2) {
      world.violated(CHECKS.early, `of the substrates ${seat.id} alone holds write ${write.id}`);
    }
    world.network.heal();
    await oracle.atRest({ replicas: 'complete', equalWithinMs: EQUAL_AND_CARRIED_MS });
  },
};
