import type { MemberEvent } from '../../../src/gossip/membership/member-event.js';
import { sample } from '../../../src/gossip/ports/rng.js';
import type { SimConfig, SimNode } from '../world/node.js';
import type { WorldObserver } from '../world/observer.js';
import { World } from '../world/world.js';
import { startedCluster } from './cluster.js';
import { DeathsUnderLoss } from './deaths-under-loss.js';
import type { Figures } from './figures.js';
import type { Measurement } from './measurement.js';

/** The cluster has formed, and topology sync is rare again. */
const FORMED_MS = 60_000;

/**
 * Evictions of nodes that live, by whether the fault lies at the one that is evicted, and by whether it lies at the one
 * that evicts: those of healthy nodes are what the Lifeguard paper (Dadgar, Phillips, Currey, DSN-W 2018) counts, at
 * all nodes (FP) and at healthy ones (FP-).
 */
class FalseEvictions implements WorldObserver {
  readonly #faulty: ReadonlySet<string>;
  readonly #counts = { healthyAtHealthy: 0, healthyAtFaulty: 0, faultyAtHealthy: 0, faultyAtFaulty: 0 };
  readonly #isAlive: (id: string) => boolean;

  constructor(faulty: ReadonlySet<string>, isAlive: (id: string) => boolean) {
    this.#faulty = faulty;
    this.#isAlive = isAlive;
  }

  memberChanged(node: SimNode, { kind, member }: MemberEvent): void {
    if (kind !== 'evicted' || !this.#isAlive(member.id)) return;
    const of = this.#faulty.has(member.id) ? 'faulty' : 'healthy';
    const at = this.#faulty.has(node.id) ? 'Faulty' : 'Healthy';
    this.#counts[`${of}At${at}`]++;
  }

  figures(): Figures {
    const { healthyAtHealthy, healthyAtFaulty, faultyAtHealthy, faultyAtFaulty } = this.#counts;
    return {
      healthyAtHealthy: [healthyAtHealthy],
      healthyAtFaulty: [healthyAtFaulty],
      faultyAtHealthy: [faultyAtHealthy],
      faultyAtFaulty: [faultyAtFaulty],
      all: [healthyAtHealthy + healthyAtFaulty + faultyAtHealthy + faultyAtFaulty],
    };
  }
}

/** What is done to a cluster for a time. */
interface Trouble {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly durationMs: number;
  readonly config?: Partial<SimConfig>;
  /** Begins it; returns the nodes at whom the fault lies, and what is measured besides. */
  readonly begin: (world: World, nodes: readonly SimNode[]) => Begun;
}

interface Begun {
  readonly faulty: readonly SimNode[];
  readonly figures?: () => Figures;
}

/** Seeds of each, as the targets demand. */
export const SEEDS = 100;

function underTrouble({ name, sizes, durationMs, config, begin }: Trouble): Measurement {
  return {
    name,
    sizes,
    seeds: () => SEEDS,
    take: async (size, seed) => {
      const world = new World(seed, { logs: false });
      const nodes = startedCluster(world, size, config);
      await world.run(FORMED_MS);
      const { faulty, figures } = begin(world, nodes);
      const byId = new Map(nodes.map((node) => [node.id, node]));
      const isAlive = (id: string): boolean => byId.get(id)?.process.hasEnded === false;
      const evictions = new FalseEvictions(new Set(faulty.map(({ id }) => id)), isAlive);
      world.observe(evictions);
      await world.run(durationMs);
      return { ...evictions.figures(), ...figures?.() };
    },
  };
}

/** One node in 25, one at least, stands still for 2 to 8 s again and again, with as much between. */
function stalling(world: World, nodes: readonly SimNode[]): Begun {
  const rng = world.fork('stalls');
  const faulty = sample(rng, nodes, Math.ceil(nodes.length / 25));
  const drawMs = (): number => 2000 + rng.next() * 6000;
  const stall = (node: SimNode): void => {
    const ms = drawMs();
    world.stall(node, ms);
    world.after(ms + drawMs(), () => stall(node));
  };
  for (const node of faulty) world.after(drawMs(), () => stall(node));
  return { faulty };
}

/** Half of all messages are lost for a minute. */
export const HALF_LOST: Measurement = underTrouble({
  name: 'half-lost',
  sizes: [10],
  durationMs: 60_000,
  begin: (world) => {
    world.network.setBase({ loss: 0.5 });
    return { faulty: [] };
  },
});

/** Three in ten messages are lost for ten minutes; one node is killed meanwhile, and the machine of one goes silent. */
export const THIRD_LOST: Measurement = underTrouble({
  name: 'third-lost',
  sizes: [50],
  durationMs: 600_000,
  begin: (world, nodes) => {
    world.network.setBase({ loss: 0.3 });
    const deaths = new DeathsUnderLoss(world, nodes);
    return { faulty: [], figures: () => deaths.figures() };
  },
});

/** A few event loops stand still time and again, for two minutes. */
export const STALLED: Measurement = underTrouble({
  name: 'stalled',
  sizes: [10, 100],
  durationMs: 120_000,
  begin: stalling,
});

/** The same, with nodes that trust their own judgement however they fare. */
export const STALLED_TRUSTING: Measurement = underTrouble({
  name: 'stalled-trusting',
  sizes: [10, 100],
  durationMs: 120_000,
  config: { localHealth: false },
  begin: stalling,
});
