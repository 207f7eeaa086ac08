import { World } from '../world/world.js';
import { PHASES_MS, standingCluster } from './cluster.js';
import type { Measurement } from './measurement.js';

/** What every node does in this time, it does in every such time: one interval of topology sync, in milliseconds. */
const WINDOW_MS = 30_000;

/** The traffic of a cluster that has nothing to do. All that a node sends another receives: each way it is the same. */
export const IDLE: Measurement = {
  name: 'idle',
  seeds: (size) => (size <= 30 ? 5 : size <= 100 ? 3 : 1),
  take: async (size, seed) => {
    const world = new World(seed, { logs: false });
    standingCluster(world, size);
    await world.run(PHASES_MS);
    let requests = 0;
    world.observe({ sent: () => requests++ });
    const before = { ...world.network.traffic };
    await world.run(WINDOW_MS);
    const { messages, bytes } = world.network.traffic;
    const nodeSeconds = (size * WINDOW_MS) / 1000;
    return {
      messages: [(messages - before.messages) / nodeSeconds],
      requests: [requests / nodeSeconds],
      bytes: [(bytes - before.bytes) / nodeSeconds],
    };
  },
};
