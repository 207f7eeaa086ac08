import { type Oracle, watch } from '../../../sim/oracle/oracle.js';
import type { NodeOptions } from '../../../sim/world/create-node.js';
import type { SimNode } from '../../../sim/world/node.js';
import { InvariantViolated, type Violation } from '../../../sim/world/violation.js';
import { World, type WorldOptions } from '../../../sim/world/world.js';

export interface Watched {
  readonly world: World;
  readonly oracle: Oracle;
  readonly nodes: readonly SimNode[];
}

/** A watched cluster of nodes that have found each other. */
export async function cluster(
  size: number,
  node: NodeOptions = {},
  options: { readonly seed?: number; readonly world?: WorldOptions } = {},
): Promise<Watched> {
  const world = new World(options.seed ?? 1, options.world);
  const oracle = watch(world);
  const first = world.startNode(node);
  const nodes = [first];
  for (let i = 1; i < size; i++) nodes.push(world.startNode({ ...node, seeds: [first.address] }));
  await world.run(10_000);
  return { world, oracle, nodes };
}

/** The invariant that what is done breaks, if any. */
export async function violationOf(act: () => Promise<unknown>): Promise<Violation | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (error instanceof InvariantViolated) return error.violation;
    throw error;
  }
}

/** A node of a list. Throws where there is none. */
export function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`nothing at ${index}`);
  return item;
}
