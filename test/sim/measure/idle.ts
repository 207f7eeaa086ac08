import { World } from '../world/world.js';
import { PHASES_MS, standingCluster } from './cluster.js';
import { Flow } from './flow.js';
import type { Measurement } from './measurement.js';

/** What every node does in this time, it does in every such time: one interval of topology sync, in milliseconds. */
const WINDOW_MS = 30_000;
const WINDOW_SECONDS = WINDOW_MS / 1000;

/** The traffic of a cluster that has nothing to do. `in` and `out` are of each node by itself. */
export const IDLE: Measurement = {
  name: 'idle',
  seeds: (size) => (size <= 30 ? 5 : size <= 100 ? 3 : 1),
  take: async (size, seed) => {
    const world = new World(seed, { logs: false });
    const nodes = standingCluster(world, size);
    await world.run(PHASES_MS);
    let requests = 0;
    const flow = new Flow();
    world.observe({ sent: () => requests++ });
    world.observe(flow);
    const before = { ...world.network.traffic };
    await world.run(WINDOW_MS);
    const { messages, bytes } = world.network.traffic;
    const nodeSeconds = size * WINDOW_SECONDS;
    return {
      messages: [(messages - before.messages) / nodeSeconds],
      requests: [requests / nodeSeconds],
      bytes: [(bytes - before.bytes) / nodeSeconds],
      in: nodes.map(({ machine }) => flow.into(machine) / WINDOW_SECONDS),
      out: nodes.map(({ machine }) => flow.outOf(machine) / WINDOW_SECONDS),
    };
  },
};
