import type { Oracle } from '../oracle/oracle.js';
import { EQUAL_WITHIN_MS } from '../oracle/rest.js';
import type { SimNode } from '../world/node.js';
import { type Cluster, reached } from './cluster.js';
import { TREE_CHECKS } from './tree-checks.js';

/** Whoever is attached compares with its parent every 8 to 12 s: it has what that was given last so much later. */
export const CARRIED_MS = 12_000;

/** As `EQUAL_WITHIN_MS`, and what is attached besides, in milliseconds. */
export const EQUAL_AND_CARRIED_MS: number = EQUAL_WITHIN_MS + CARRIED_MS;

/** Says that it is a violation if not every transient is attached within the time. Returns how long it took. */
export function allAttachedWithin(cluster: Cluster, oracle: Oracle, when: string, withinMs: number): Promise<number> {
  const detached = (): readonly string[] =>
    cluster.transients.flatMap((node) => (oracle.tree.parentOf(node) === undefined ? [node.id] : []));
  const why = (): string => `${when}, without a parent: ${detached().join(' ')}`;
  return reached(cluster.world, TREE_CHECKS.attached, () => detached().length === 0, withinMs, why);
}

/** The transients that are attached to a node now. */
export function childrenOf({ transients }: Cluster, oracle: Oracle, parent: SimNode): readonly SimNode[] {
  return transients.filter((node) => oracle.tree.parentOf(node) === parent);
}
