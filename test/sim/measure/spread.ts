import { randomInt } from '../../../src/gossip/ports/rng.js';
import type { SimNode } from '../world/node.js';
import { World } from '../world/world.js';
import { PHASES_MS, standingCluster } from './cluster.js';
import { type Figures, joinFigures } from './figures.js';
import type { Measurement } from './measurement.js';

/** Where nothing is lost, whatever a write sets off is over by then, in milliseconds. */
const SPREAD_MS = 1000;
const TTL_SECONDS = 3600;
const VALUE_BYTES = 256;

/** Which nodes hold which key, and since when. */
class Holders {
  /** World time at which each node got the present key. Bounded by the nodes of the run. */
  readonly #sinceMs = new Map<string, number>();
  readonly #world: World;
  /** PUTs and ACKs, requests and answers. */
  messages = 0;

  constructor(world: World) {
    this.#world = world;
    const count = ({ type }: { readonly type: string }): void => {
      if (type === 'PUT' || type === 'ACK') this.messages++;
    };
    world.observe({ sent: count, taken: count, stored: (node) => this.#stored(node) });
  }

  get count(): number {
    return this.#sinceMs.size;
  }

  /** When the last of them got it, in world time. */
  get lastMs(): number {
    return Math.max(...this.#sinceMs.values());
  }

  clear(): void {
    this.#sinceMs.clear();
    this.messages = 0;
  }

  #stored({ id }: SimNode): void {
    if (!this.#sinceMs.has(id)) this.#sinceMs.set(id, this.#world.elapsedMs);
  }
}

/** Writes one after the other, each at some node: when the last replica that it reaches has it, and what that takes. */
export const WRITE: Measurement = {
  name: 'write',
  seeds: (size) => (size <= 100 ? 3 : size <= 300 ? 1 : 0),
  take: async (size, seed) => {
    const world = new World(seed, { logs: false });
    const nodes = standingCluster(world, size);
    const rng = world.fork('writes');
    await world.run(PHASES_MS);
    const holders = new Holders(world);
    const writes: Figures[] = [];
    for (let count = 0; count < writesAt(size); count++) {
      holders.clear();
      const origin = nodes[randomInt(rng, size)] as SimNode;
      const { invokedMs } = world.clients.put(origin, `key-${count}`, TTL_SECONDS, VALUE_BYTES);
      await world.run(SPREAD_MS);
      const tookMs = holders.lastMs - (invokedMs - world.trueMs + world.elapsedMs);
      const isEverywhere = holders.count === size;
      writes.push({
        allMs: isEverywhere ? [tookMs] : [],
        messages: [holders.messages],
        reached: [holders.count / size],
        everywhere: [Number(isEverywhere)],
      });
    }
    return joinFigures(writes);
  },
};

function writesAt(size: number): number {
  return size <= 30 ? 50 : size <= 100 ? 20 : 5;
}
