import { withNode } from '../arena.js';
import { fill } from '../load/fill.js';
import { LOAD_KEYS } from '../load/generator.js';
import { runLoad } from '../load/loaded.js';
import type { Conditions, Measurement, Sample } from '../measurement.js';

const CONNECTIONS = 64;

export const get: Measurement = {
  id: 'get',
  title: `GET 1 KiB, one node, ${CONNECTIONS} connections`,
  figures: () => [
    { id: 'get.rate', title: 'reads', unit: '/s', better: 'higher' },
    { id: 'get.p50', title: 'latency, median', unit: 'ms', better: 'lower' },
    { id: 'get.p99', title: 'latency, 99th percentile', unit: 'ms', better: 'lower' },
    { id: 'get.cpu', title: 'CPU a read', unit: 'µs', better: 'lower' },
    { id: 'get.unexpected', title: 'not answered with 200', unit: '', better: 'lower' },
  ],
  run: (conditions: Conditions): Promise<Sample> =>
    withNode(conditions.kind, async (node) => {
      await fill(node.url, LOAD_KEYS, 'load');
      const load = { url: node.url, method: 'GET', connections: CONNECTIONS } as const;
      await conditions.generator.run({ ...load, seconds: conditions.warmUpSeconds });
      const result = await runLoad(conditions, [node], load);
      return {
        'get.rate': result.perSecond,
        'get.p50': result.p50Ms,
        'get.p99': result.p99Ms,
        'get.cpu': result.cpuUs,
        'get.unexpected': result.unexpected,
      };
    }),
};
