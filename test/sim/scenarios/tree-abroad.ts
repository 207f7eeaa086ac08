import type { Oracle } from '../oracle/oracle.js';
import type { SimNode } from '../world/node.js';
import { Cluster, reached, running } from './cluster.js';
import { expectStatus } from './probe-writes.js';
import type { Scenario } from './scenario.js';
import { EQUAL_AND_CARRIED_MS } from './tree.js';
import { TREE_CHECKS } from './tree-checks.js';

const FOREIGN = 2;
const HOME = 'second';

/** A parent tells of its members with the welcome, and of those that come a moment after it knows them. */
const HOMEWARD_MS = 2000;

/** A parent that falls silent is given up after 10 s. */
const SILENT_MS = 12_000;

const ALL_TOGETHER_MS = 35_000;

/**
 * A parent of another enclave is a stepping stone: it tells of those of the own enclave, and carries what is written until one
 * of them can be reached.
 */
export const treeAbroad: Scenario = {
  name: 'tree-abroad',
  summary:
    'transients that know substrates of another enclave only find their own, write from abroad while it is cut off, and return',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world, { seeds: FOREIGN }), FOREIGN);
    const abroad = cluster.seats.slice();
    const travellers = cluster.addTransients(2, HOME);
    for (const seat of travellers) cluster.start(seat);
    await attachedTo(cluster, oracle, 'default', HOMEWARD_MS);
    await expectStatus(world, travellers, 202, 'while nobody of the enclave is there');
    const home = cluster.add(3, HOME);
    for (const seat of home) cluster.start(seat);
    await attachedTo(cluster, oracle, HOME, ALL_TOGETHER_MS);
    await cluster.allKnowAllWithin(ALL_TOGETHER_MS);
    await expectStatus(world, travellers, 201, 'at home');

    const groups = [home, travellers].map((seats) => seats.map((seat) => cluster.machine(seat)));
    world.network.partition(groups);
    await attachedTo(cluster, oracle, 'default', SILENT_MS);
    await expectStatus(world, [...travellers, ...home, ...abroad], 201, 'from abroad');
    world.network.heal();
    await attachedTo(cluster, oracle, HOME, ALL_TOGETHER_MS);
    await oracle.atRest({ replicas: 'complete', equalWithinMs: EQUAL_AND_CARRIED_MS });
  },
};

/** Every transient is attached to a node of the enclave. */
async function attachedTo(cluster: Cluster, oracle: Oracle, enclave: string, withinMs: number): Promise<void> {
  const elsewhere = (): readonly SimNode[] =>
    cluster.transients.filter((node) => oracle.tree.parentOf(node)?.enclave !== enclave);
  const why = (): string =>
    `not in ${enclave}: ${elsewhere()
      .map(({ id }) => id)
      .join(' ')}`;
  const what = enclave === HOME ? TREE_CHECKS.home : TREE_CHECKS.attached;
  await reached(cluster.world, what, () => elsewhere().length === 0, withinMs, why);
}
