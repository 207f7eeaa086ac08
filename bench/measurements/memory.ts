import { setTimeout as delay } from 'node:timers/promises';
import type { NodeProcess } from '../../scripts/live-wire-compat/cluster/node-process.js';
import { withNodes } from '../arena.js';
import { fill } from '../load/fill.js';
import type { Conditions, Measurement, Sample } from '../measurement.js';
import { median } from '../statistics.js';
import { residentMiB } from '../usage.js';

/** For what the last writes left behind: garbage that a collector takes back, memory that goes back to the system. */
const SETTLE_MS = 3000;

export const memory: Measurement = {
  id: 'memory',
  title: 'Resident memory with many keys of 1 KiB',
  figures: ({ keys }) => [
    { id: 'memory.one', title: `one node, ${keys} keys`, unit: 'MiB', better: 'lower' },
    { id: 'memory.three', title: `each of three, ${keys} keys: median`, unit: 'MiB', better: 'lower' },
    { id: 'memory.three.max', title: '  largest', unit: 'MiB', better: 'lower' },
    { id: 'memory.failed', title: 'writes not answered with 201', unit: '', better: 'lower' },
  ],
  run: async ({ kind, keys }: Conditions): Promise<Sample> => {
    const one = await withNodes(kind, 1, (nodes) => filled(nodes, keys));
    const three = await withNodes(kind, 3, (nodes) => filled(nodes, keys));
    return {
      'memory.one': median(one.residentMiB),
      'memory.three': median(three.residentMiB),
      'memory.three.max': Math.max(...three.residentMiB),
      'memory.failed': one.failed + three.failed,
    };
  },
};

async function filled(
  nodes: readonly NodeProcess[],
  keys: number,
): Promise<{ readonly residentMiB: readonly number[]; readonly failed: number }> {
  const failed = await fill(nodes[0]?.url ?? new URL('http://unknown'), keys, 'memory');
  await delay(SETTLE_MS);
  return { residentMiB: nodes.map(residentMiB), failed };
}
