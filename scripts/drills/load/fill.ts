import type { DrillNode } from '../nodes/drill-node.js';
import { concurrently } from './concurrently.js';

export const VALUE_BYTES = 1024;

const WIDTH = 48;

/**
 * Writes `<prefix>0` and so on, each on one of the nodes in turn.
 *
 * @throws where one write is not answered with 201
 */
export async function fill(nodes: readonly DrillNode[], count: number, prefix: string): Promise<void> {
  const value = Buffer.alloc(VALUE_BYTES, 'x');
  await concurrently(count, WIDTH, async (index) => {
    const status = await nodes[index % nodes.length]?.api.put(`${prefix}${index}`, value);
    if (status !== 201) throw new Error(`write ${index} of ${count}: answered with ${status}`);
  });
}
