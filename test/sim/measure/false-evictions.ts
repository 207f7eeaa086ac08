import { sample } from '../../../src/gossip/ports/rng.js';
import type { SimNode } from '../world/node.js';
import { World } from '../world/world.js';
import { startedCluster } from './cluster.js';
import type { Measurement } from './measurement.js';

/** The cluster has formed, and topology sync is rare again. */
const FORMED_MS = 60_000;

/** What is done to a cluster for a time, which no node of it dies of. */
interface Trouble {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly seeds: number;
  readonly durationMs: number;
  /** Begins it; returns the nodes at whom the fault lies. */
  readonly begin: (world: World, nodes: readonly SimNode[]) => readonly SimNode[];
}

/** Counts evictions of nodes that live: of those at fault, and of the others. */
function underTrouble({ name, sizes, seeds, durationMs, begin }: Trouble): Measurement {
  return {
    name,
    seeds: (size) => (sizes.includes(size) ? seeds : 0),
    take: async (size, seed) => {
      const world = new World(seed, { logs: false });
      const nodes = startedCluster(world, size);
      await world.run(FORMED_MS);
      const faulty = new Set(begin(world, nodes).map(({ id }) => id));
      let [ofFaulty, ofHealthy] = [0, 0];
      world.observe({
        memberChanged: (_, { kind, member }) => {
          if (kind !== 'evicted') return;
          if (faulty.has(member.id)) ofFaulty++;
          else ofHealthy++;
        },
      });
      await world.run(durationMs);
      return { ofFaulty: [ofFaulty], ofHealthy: [ofHealthy] };
    },
  };
}

function losing(loss: number): Trouble['begin'] {
  return (world) => {
    world.network.setBase({ loss });
    return [];
  };
}

/** One node in 25, one at least, stands still for 2 to 8 s again and again, with as much between. */
function stalling(world: World, nodes: readonly SimNode[]): readonly SimNode[] {
  const rng = world.fork('stalls');
  const stalled = sample(rng, nodes, Math.ceil(nodes.length / 25));
  const drawMs = (): number => 2000 + rng.next() * 6000;
  const stall = (node: SimNode): void => {
    const ms = drawMs();
    world.stall(node, ms);
    world.after(ms + drawMs(), () => stall(node));
  };
  for (const node of stalled) world.after(drawMs(), () => stall(node));
  return stalled;
}

/** Half of all messages are lost for a minute. */
export const HALF_LOST: Measurement = underTrouble({
  name: 'half-lost',
  sizes: [3, 10, 30],
  seeds: 10,
  durationMs: 60_000,
  begin: losing(0.5),
});

/** Three in ten messages are lost for ten minutes. */
export const THIRD_LOST: Measurement = underTrouble({
  name: 'third-lost',
  sizes: [3, 10, 30],
  seeds: 5,
  durationMs: 600_000,
  begin: losing(0.3),
});

/** A few event loops stand still time and again, for two minutes. */
export const STALLED: Measurement = underTrouble({
  name: 'stalled',
  sizes: [3, 10, 30, 100],
  seeds: 5,
  durationMs: 120_000,
  begin: stalling,
});
