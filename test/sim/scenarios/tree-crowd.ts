import type { Oracle } from '../oracle/oracle.js';
import type { SimNode } from '../world/node.js';
import { Cluster, running, type Seat } from './cluster.js';
import { expectStatus } from './probe-writes.js';
import type { Scenario } from './scenario.js';
import { allAttachedWithin, childrenOf, EQUAL_AND_CARRIED_MS } from './tree.js';
import { TREE_CHECKS } from './tree-checks.js';

const SUBSTRATES = 3;
const TRANSIENTS = 300;
const MAX_CHILDREN = 400;

const ATTACHED_MS = 3000;
const WATCHED_MS = 30_000;

/** By how much a survivor may have more children than its share. */
const UNEVEN = 1.2;

export const treeCrowd: Scenario = {
  name: 'tree-crowd',
  summary:
    '300 transients on 3 substrates, one of which is killed: all attached again in 3 s, evenly, and each moves once at most',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world, { config: { maxChildren: MAX_CHILDREN } }), SUBSTRATES);
    const crowd = cluster.addTransients(TRANSIENTS);
    await cluster.startAll();
    await allAttachedWithin(cluster, oracle, 'after the start', ATTACHED_MS);
    await expectStatus(world, crowd.slice(0, 10), 201, 'in a crowd');
    const [victim, ...survivors] = cluster.seats.slice(0, SUBSTRATES);
    if (victim?.node === undefined) return;
    const before = new Map(cluster.transients.map((node) => [node, oracle.tree.welcomes(node)]));
    const orphans = new Set(childrenOf(cluster, oracle, victim.node));
    world.kill(victim.node);
    await allAttachedWithin(cluster, oracle, 'after the kill', ATTACHED_MS);
    expectShares(cluster, oracle, survivors);
    await expectStatus(world, crowd.slice(0, 10), 201, 'after the kill');
    await world.run(WATCHED_MS);
    for (const [node, welcomes] of before) {
      const moves = oracle.tree.welcomes(node) - welcomes;
      if (moves === (orphans.has(node) ? 1 : 0)) continue;
      world.violated(TREE_CHECKS.flaps, `${node.id} has moved ${moves} times`);
    }
    await oracle.atRest({ replicas: 'complete', equalWithinMs: EQUAL_AND_CARRIED_MS });
  },
};

function expectShares(cluster: Cluster, oracle: Oracle, survivors: readonly Seat[]): void {
  const most = (TRANSIENTS / survivors.length) * UNEVEN;
  const nodes = survivors.flatMap(({ node }): readonly SimNode[] => (node === undefined ? [] : [node]));
  for (const node of nodes) {
    const { length } = childrenOf(cluster, oracle, node);
    cluster.world.note('reached', `${node.id} has ${length} children`);
    if (length > most) cluster.world.violated(TREE_CHECKS.shares, `${node.id} has ${length} of ${TRANSIENTS}`);
  }
}
