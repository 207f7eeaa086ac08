import type { DrillNode } from './drill-node.js';

const EVICTIONS = 'repram_peer_evictions_total';

/** How many evictions each node has counted since it was started. */
export type EvictionCounts = ReadonlyMap<DrillNode, number>;

export async function countEvictions(nodes: readonly DrillNode[]): Promise<EvictionCounts> {
  const counts = await Promise.all(nodes.map(async (node) => [node, await node.api.metric(EVICTIONS)] as const));
  return new Map(counts);
}

/**
 * Evictions beyond those that were due.
 *
 * @param due how many evictions were to be expected of a node since `before`
 */
export function excessEvictions(
  before: EvictionCounts,
  after: EvictionCounts,
  due: (node: DrillNode) => number,
): number {
  const excess = [...after].map(([node, count]) => Math.max(0, count - (before.get(node) ?? 0) - due(node)));
  return excess.reduce((sum, count) => sum + count, 0);
}
