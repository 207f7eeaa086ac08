import { selfInfo } from '../../../src/gossip/self.js';
import type { SimConfig, SimNode } from '../world/node.js';
import type { World } from '../world/world.js';

/**
 * The nodes of a standing cluster begin their periods within this time, in milliseconds: one interval of topology sync.
 */
export const PHASES_MS = 30_000;

const PORT = 8080;

/**
 * Nodes that all know each other from the beginning, as after a long time together. What they do periodically begins
 * within `PHASES_MS`, so that they are not in step. They have no seeds.
 */
export function standingCluster(world: World, size: number, config: Partial<SimConfig> = {}): readonly SimNode[] {
  const nodes = Array.from({ length: size }, (_, index) => {
    const address = { host: `10.1.${index >> 8}.${index & 255}`, port: PORT };
    return world.makeNode({ id: `n${index + 1}`, address, config });
  });
  for (const node of nodes) introduce(node, nodes);
  const rng = world.fork('phases');
  for (const node of nodes) world.adopt(node, 1 + rng.next() * (PHASES_MS - 1));
  return nodes;
}

/** Nodes that are all started in one moment; the first is the seed of all. */
export function startedCluster(world: World, size: number, config: Partial<SimConfig> = {}): readonly SimNode[] {
  const seeds = [world.freeAddress()];
  return Array.from({ length: size }, () => world.startNode({ seeds, config }));
}

/** To `node`, each of the others has spoken and answered. */
function introduce(node: SimNode, others: readonly SimNode[]): void {
  const { members } = node.core.gossip;
  for (const other of others) {
    members.learn(selfInfo(other.self), 'direct');
    members.answered(other.id);
  }
}
