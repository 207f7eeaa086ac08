import { setTimeout as delay } from 'node:timers/promises';
import { withNodes } from '../arena.js';
import type { Conditions, Measurement, Sample } from '../measurement.js';
import { cpuSecondsOf, residentMiB } from '../usage.js';

const SETTLE_MS = 2000;

/** Two nodes know fewer peers than the replication asks for, which keeps old nodes talking. */
export const idle: Measurement = {
  id: 'idle',
  title: 'Two idle nodes',
  figures: ({ idleSeconds }) => [
    { id: 'idle.rss', title: 'resident memory, the larger', unit: 'MiB', better: 'lower' },
    { id: 'idle.cpu', title: `CPU over ${idleSeconds} s, the busier, of one core`, unit: '%', better: 'lower' },
  ],
  run: ({ kind, idleSeconds }: Conditions): Promise<Sample> =>
    withNodes(kind, 2, async (nodes) => {
      await delay(SETTLE_MS);
      const startedMs = performance.now();
      const before = nodes.map((node) => cpuSecondsOf([node]));
      await delay(idleSeconds * 1000);
      const elapsedSeconds = (performance.now() - startedMs) / 1000;
      const used = nodes.map((node, index) => cpuSecondsOf([node]) - (before[index] ?? 0));
      return {
        'idle.rss': Math.max(...nodes.map(residentMiB)),
        'idle.cpu': (100 * Math.max(...used)) / elapsedSeconds,
      };
    }),
};
