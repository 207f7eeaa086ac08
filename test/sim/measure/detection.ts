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

/** Who has evicted whom, of the nodes that are gone. */
class Evictions implements WorldObserver {
  /** When each victim went, and when each survivor evicted it, in world time. Bounded by the nodes of the run. */
  readonly #goneMs = new Map<string, number>();
  readonly #evictedMs = new Map<string, Map<string, number>>();
  readonly #survivors: ReadonlySet<string>;
  readonly #world: World;
  #evictions = 0;

  constructor(world: World, survivors: ReadonlySet<string>) {
    this.#world = world;
    this.#survivors = survivors;
  }

  get evictions(): number {
    return this.#evictions;
  }

  gone(victim: SimNode): void {
    this.#goneMs.set(victim.id, this.#world.elapsedMs);
    this.#evictedMs.set(victim.id, new Map());
  }

  memberChanged(node: SimNode, { kind, member }: MemberEvent): void {
    const by = kind === 'evicted' ? this.#evictedMs.get(member.id) : undefined;
    if (by === undefined || by.has(node.id) || !this.#survivors.has(node.id)) return;
    by.set(node.id, this.#world.elapsedMs);
    this.#evictions++;
  }

  /** How long after its end each victim was evicted, in milliseconds: at the first, at the last and at each survivor. */
  figures(): Figures {
    const delaysMs = [...this.#goneMs].map(([victim, goneMs]) =>
      [...(this.#evictedMs.get(victim) ?? [])].map(([, atMs]) => atMs - goneMs),
    );
    return {
      firstMs: delaysMs.map((delays) => Math.min(...delays)),
      lastMs: delaysMs.map((delays) => Math.max(...delays)),
      eachMs: delaysMs.flat(),
    };
  }
}

function seedsAt(size: number): number {
  if (size <= 100) return 30;
  return size <= 300 ? 10 : 2;
}

function detectionOf(name: string, fault: Fault): Measurement {
  return {
    name,
    seeds: seedsAt,
    take: async (size, seed) => {
      const world = new World(seed, { logs: false });
      const nodes = standingCluster(world, size, size < SYNCS_BELOW ? {} : { syncIntervalMs: NEVER_MS });
      await world.run(SETTLED_MS);
      const rng = world.fork('victims');
      const victims = sample(rng, nodes, size < MANY ? 1 : Math.floor(size / 100));
      const survivors = new Set(nodes.filter((node) => !victims.includes(node)).map(({ id }) => id));
      const evictions = new Evictions(world, survivors);
      world.observe(evictions);
      for (const victim of victims) {
        world.after(rng.next() * 1000, () => {
          evictions.gone(victim);
          fault(world, victim);
        });
      }
      const limitMs = 60_000 + 2000 * size;
      const all = victims.length * survivors.size;
      if (!(await world.runUntil(() => evictions.evictions >= all, limitMs))) {
        throw new Error(`not evicted everywhere in ${limitMs} ms`);
      }
      return evictions.figures();
    },
  };
}

/** SIGKILL: the machine of the node refuses connections. */
export const KILLED: Measurement = detectionOf('killed', (world, victim) => world.kill(victim));

/** The machine of the node loses power: nothing answers. */
export const SILENT: Measurement = detectionOf('silent', (world, victim) => world.cutPower(victim));

/** SIGSTOP: connections are taken, and nothing is answered on them. */
export const STOPPED: Measurement = detectionOf('stopped', (world, victim) => world.stall(victim, NEVER_MS));
