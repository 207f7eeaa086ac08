import { randomBytes } from 'node:crypto';
import { Cluster } from '../scripts/live-wire-compat/cluster/cluster.js';
import type { Kind } from '../scripts/live-wire-compat/cluster/command.js';
import type { NodeProcess } from '../scripts/live-wire-compat/cluster/node-process.js';

/** Old nodes complete their topology at their 30 s sync at the latest. */
const TOPOLOGY_TIMEOUT_MS = 90_000;

/** All load comes from one address, which must not be taken for a flood; a log line a request would be measured too. */
const ENVIRONMENT = { REPRAM_RATE_LIMIT: '1000000', REPRAM_LOG_LEVEL: 'warn' };

/** Lends `count` fresh nodes that all list each other, and ends them afterwards. */
export async function withNodes<T>(
  kind: Kind,
  count: number,
  use: (nodes: readonly NodeProcess[], cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = new Cluster({ prefix: `bench-${randomBytes(3).toString('hex')}`, environment: ENVIRONMENT });
  try {
    for (let index = 0; index < count; index += 1) await cluster.add(kind);
    await cluster.untilComplete(TOPOLOGY_TIMEOUT_MS);
    return await use(cluster.nodes, cluster);
  } finally {
    await Promise.all(cluster.nodes.map((node) => node.kill()));
  }
}

/** Lends one fresh node. */
export function withNode<T>(kind: Kind, use: (node: NodeProcess) => Promise<T>): Promise<T> {
  return withNodes(kind, 1, async ([node]) => {
    if (node === undefined) throw new TypeError('a cluster of one has no node');
    return use(node);
  });
}
