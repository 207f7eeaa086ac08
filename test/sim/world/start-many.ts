import type { NodeOptions } from './create-node.js';
import type { SimNode } from './node.js';
import type { World } from './world.js';

const MEET_MS = 5000;

/** Starts `count` nodes `n1`, `n2`…, the first of them the seed of the others, and lets them find each other. */
export async function startMany(world: World, count: number, options: NodeOptions = {}): Promise<SimNode[]> {
  const first = world.startNode({ ...options, id: 'n1' });
  const seeds = [first.address];
  const others = Array.from({ length: count - 1 }, (_, i) => world.startNode({ ...options, id: `n${i + 2}`, seeds }));
  await world.run(MEET_MS);
  return [first, ...others];
}
