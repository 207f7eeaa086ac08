import type { MemberEvent } from '../../../src/gossip/membership/member-event.js';
import { sample } from '../../../src/gossip/ports/rng.js';
import type { SimNode } from '../world/node.js';
import type { WorldObserver } from '../world/observer.js';
import { World } from '../world/world.js';
import { PHASES_MS, standingCluster } from './cluster.js';
import type { Figures } from './figures.js';
import type { Measurement } from './measurement.js';

/** Connections of the beginning, when everybody spoke to everybody, have been closed by then. */
const SETTLED_MS = PHASES_MS + 65_000;

/** The clusters of this size and above lose one node in a hundred in one world, instead of one each in many. */
const MANY = 300;

/**
 * From this size on nodes do not exchange topology while their failure detector is measured, which takes no part in it:
 * that is nine in ten messages there.
 */
const SYNCS_BELOW = 100;
const NEVER_MS = 24 * 60 * 60 * 1000;

type Fault = (world: World, victim: SimNode) => void;

/** Who has evicted whom, of the nodes that have ended. */
class Evictions implements WorldObserver {
  /** When each victim ended, and when each survivor evicted it, in world time. Bounded by the nodes of the run. */
  readonly #endedMs = new Map<string, number>();
  readonly #evictedMs = new Map<string, Map<string, number>>();
  readonly #world: World;
  #evictions = 0;

  constructor(world: World) {
    this.#world = world;
  }

  get evictions(): number {
    return this.#evictions;
  }

  ended(victim: SimNode): void {
    this.#endedMs.set(victim.id, this.#world.elapsedMs);
    this.#evictedMs.set(victim.id, new Map());
  }

  memberChanged(node: SimNode, { kind, member }: MemberEvent): void {
    const by = kind === 'evicted' ? this.#evictedMs.get(member.id) : undefined;
    if (by === undefined || by.has(node.id) || node.process.hasEnded) return;
    by.set(node.id, this.#world.elapsedMs);
    this.#evictions++;
  }

  /** How long after its end each victim was evicted at the first and at the last survivor, in milliseconds. */
  figures(survivors: ReadonlySet<string>): Figures {
    const firstMs: number[] = [];
    const lastMs: number[] = [];
    for (const [victim, endedMs] of this.#endedMs) {
      const delays = [...(this.#evictedMs.get(victim) ?? [])]
        .filter(([by]) => survivors.has(by))
        .map(([, atMs]) => atMs - endedMs);
      firstMs.push(Math.min(...delays));
      lastMs.push(Math.max(...delays));
    }
    return { firstMs, lastMs };
  }
}

function detectionOf(name: string, fault: Fault): Measurement {
  return {
    name,
    seeds: (size) => (size <= 30 ? 10 : size < MANY ? 3 : size === MANY ? 1 : 0),
    take: async (size, seed) => {
      const world = new World(seed, { logs: false });
      const nodes = standingCluster(world, size, size < SYNCS_BELOW ? {} : { syncIntervalMs: NEVER_MS });
      await world.run(SETTLED_MS);
      const evictions = new Evictions(world);
      world.observe({
        ended: (host) => evictions.ended(host as SimNode),
        memberChanged: (node, event) => evictions.memberChanged(node, event),
      });
      const rng = world.fork('victims');
      const victims = sample(rng, nodes, size < MANY ? 1 : Math.floor(size / 100));
      for (const victim of victims) world.after(rng.next() * 1000, () => fault(world, victim));
      const survivors = new Set(nodes.filter((node) => !victims.includes(node)).map(({ id }) => id));
      const limitMs = 60_000 + 2000 * size;
      const all = victims.length * survivors.size;
      const isOver = () => victims.every((victim) => victim.process.hasEnded) && evictions.evictions >= all;
      if (!(await world.runUntil(isOver, limitMs))) throw new Error(`not evicted everywhere in ${limitMs} ms`);
      return evictions.figures(survivors);
    },
  };
}

/** SIGKILL: the machine of the node refuses connections. */
export const KILLED: Measurement = detectionOf('killed', (world, victim) => world.kill(victim));

/** The machine of the node loses power: nothing answers. */
export const SILENT: Measurement = detectionOf('silent', (world, victim) => world.cutPower(victim));
