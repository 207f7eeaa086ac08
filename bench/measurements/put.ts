import { withNodes } from '../arena.js';
import { runLoad } from '../load/loaded.js';
import type { Conditions, Figure, Measurement, Sample } from '../measurement.js';

const CONNECTIONS = [16, 64] as const;

/** One of three takes the writes: a quorum is two, and every value goes to both others. */
export const put: Measurement = {
  id: 'put',
  title: 'PUT 1 KiB, quorum 2 of 3',
  figures: () => CONNECTIONS.flatMap(figuresOf),
  run: (conditions: Conditions): Promise<Sample> =>
    withNodes(conditions.kind, 3, async (nodes) => {
      const url = nodes[0]?.url ?? new URL('http://unknown');
      const load = { url, method: 'PUT' } as const;
      await conditions.generator.run({ ...load, connections: 64, seconds: conditions.warmUpSeconds });
      const sample: Record<string, number> = {};
      for (const connections of CONNECTIONS) {
        const result = await runLoad(conditions, nodes, { ...load, connections });
        sample[`put.${connections}.rate`] = result.perSecond;
        sample[`put.${connections}.p50`] = result.p50Ms;
        sample[`put.${connections}.p99`] = result.p99Ms;
        sample[`put.${connections}.cpu`] = result.cpuUs;
        sample[`put.${connections}.unexpected`] = result.unexpected;
      }
      return sample;
    }),
};

function figuresOf(connections: number): readonly Figure[] {
  const id = `put.${connections}`;
  return [
    { id: `${id}.rate`, title: `${connections} connections: writes`, unit: '/s', better: 'higher' },
    { id: `${id}.p50`, title: '  latency, median', unit: 'ms', better: 'lower' },
    { id: `${id}.p99`, title: '  latency, 99th percentile', unit: 'ms', better: 'lower' },
    { id: `${id}.cpu`, title: '  CPU a write, three nodes together', unit: 'µs', better: 'lower' },
    { id: `${id}.unexpected`, title: '  not answered with 201', unit: '', better: 'lower' },
  ];
}
