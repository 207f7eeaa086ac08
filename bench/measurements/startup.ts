import { setTimeout as delay } from 'node:timers/promises';
import { withNode } from '../arena.js';
import type { Conditions, Measurement, Sample } from '../measurement.js';
import { median } from '../statistics.js';

const STARTS = 5;

/** Starts again and again, so that the files are in the system's cache. */
export const startup: Measurement = {
  id: 'startup',
  title: `Start of one node, ${STARTS} times`,
  figures: () => [
    { id: 'startup.median', title: 'process start to health 200: median', unit: 'ms', better: 'lower' },
    { id: 'startup.worst', title: '  slowest', unit: 'ms', better: 'lower' },
  ],
  run: ({ kind }: Conditions): Promise<Sample> =>
    withNode(kind, async (node) => {
      const elapsedMs: number[] = [];
      for (let start = 0; start < STARTS; start += 1) {
        await node.kill();
        const startedMs = performance.now();
        const restarted = node.restart([]);
        while (!(await node.client.isHealthy(node.id))) await delay(1);
        elapsedMs.push(performance.now() - startedMs);
        await restarted;
      }
      return { 'startup.median': median(elapsedMs), 'startup.worst': Math.max(...elapsedMs) };
    }),
};
