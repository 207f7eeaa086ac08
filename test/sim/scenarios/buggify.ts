import type { Rng } from '../../../src/gossip/ports/rng.js';
import type { Conditions } from '../world/conditions.js';
import type { Machine } from '../world/machine.js';
import type { World } from '../world/world.js';
import { type Cluster, isUp } from './cluster.js';
import { arrivalMs, between, chance, pick } from './draw.js';
import type { Episode, Fault, FaultSite } from './fault.js';
import { LINK_FAULTS } from './link-faults.js';
import { LinkLayers } from './link-layers.js';
import { NODE_FAULTS } from './node-faults.js';

export interface BuggifyOptions {
  /** Faults that begin per second, at most; each run draws its own rate up to this. */
  readonly perSecond: number;
  /** Probability that a kind of fault occurs in a run at all. A run with few kinds goes deeper into each. */
  readonly kindShare?: number;
  /**
   * Whether bytes may change on the way. Only where the cluster has a secret: without one nothing tells a message with a
   * changed byte from one that somebody meant.
   */
  readonly corruption?: boolean;
  /** Share of the link faults that last 20 to 60 s instead of up to 20 s. Default 0. */
  readonly longLinkShare?: number;
  /** Machines besides those of the cluster whose links suffer too. */
  readonly others?: readonly Machine[];
}

/**
 * Time within which member tables converge after drawn faults, in milliseconds: twice the interval in which whoever is
 * alone, and every seed where nobody lives, is asked again. The longest of 1,700 runs took 34 s, under three times as
 * many faults.
 */
export const AFTER_FAULTS_MS = 60_000;

/**
 * Time from then within which replicas become equal, in milliseconds: each compares itself with one other every 10 s, so
 * what one of twenty lacks takes a few rounds. The longest of the runs that this was taken from took 14 s.
 */
export const EQUAL_AFTER_FAULTS_MS = 45_000;

/** An orderly shutdown takes up to the drain timeout of 10 s. */
const ALL_BACK_MS = 12_000;

/** Faults drawn from a world's seed: which kinds a run sees, how strong, when, and to whom. */
export class Buggify {
  readonly #site: FaultSite;
  readonly #options: Required<BuggifyOptions>;
  readonly #faults: readonly (readonly [string, Fault])[];
  readonly #perSecond: number;
  /** Those under way. Bounded by the rate and how long they last. */
  readonly #episodes = new Set<Episode>();
  #runs = false;

  constructor(world: World, cluster: Cluster, options: BuggifyOptions) {
    const rng = world.fork('faults');
    this.#options = { kindShare: 0.5, corruption: false, longLinkShare: 0, others: [], ...options };
    const { others, longLinkShare } = this.#options;
    const links = new LinkLayers(world.network);
    this.#site = { world, cluster, links, rng, others, longLinkShare, returning: new Set() };
    this.#perSecond = options.perSecond * between(rng, 0.2, 1);
    const all = Object.entries({ ...LINK_FAULTS, ...NODE_FAULTS });
    this.#faults = all.filter(() => chance(rng, this.#options.kindShare));
  }

  start(): void {
    const { world, rng } = this.#site;
    this.#runs = true;
    const base = drawBase(rng, this.#options.kindShare, this.#options.corruption);
    world.network.setBase(base);
    world.note('fault', `network ${JSON.stringify(base)}, kinds ${this.#faults.map(([name]) => name).join(' ')}`);
    this.#schedule();
  }

  /** No fault any more: links are sound, clocks right, everybody as fast as ever and, when this resolves, up again. */
  async stop(): Promise<void> {
    const { world, cluster, returning } = this.#site;
    this.#runs = false;
    for (const episode of [...this.#episodes]) this.#end(episode);
    world.network.heal();
    await world.runUntil(() => returning.size === 0 && cluster.seats.every(isUp), ALL_BACK_MS);
    for (const { node } of cluster.seats) {
      if (node !== undefined && node.machine.wall.offsetMs !== 0) world.jumpClock(node, -node.machine.wall.offsetMs);
    }
    world.note('fault', 'none any more');
  }

  #schedule(): void {
    const { world, rng } = this.#site;
    world.after(arrivalMs(rng, this.#perSecond), () => {
      if (!this.#runs) return;
      this.#begin();
      this.#schedule();
    });
  }

  #begin(): void {
    const { world, rng } = this.#site;
    const fault = pick(rng, this.#faults);
    const episode = fault?.[1](this.#site);
    if (episode === undefined) return;
    world.note('fault', `${episode.text}, for ${episode.lastsMs.toFixed(0)} ms`);
    this.#episodes.add(episode);
    world.after(episode.lastsMs, () => this.#end(episode));
  }

  #end(episode: Episode): void {
    if (!this.#episodes.delete(episode)) return;
    this.#site.world.note('fault', `${episode.text}: over`);
    episode.end();
  }
}

/** What the whole network is like in a run. Often sound in most respects, so that what remains can be told apart. */
function drawBase(rng: Rng, kindShare: number, corruption: boolean): Partial<Conditions> {
  const base: { -readonly [Name in keyof Conditions]?: Conditions[Name] } = {};
  const isOn = (): boolean => chance(rng, kindShare * 0.7);
  if (isOn()) base.loss = between(rng, 0, 0.15);
  if (isOn()) base.duplication = between(rng, 0, 0.3);
  if (isOn()) base.busy = between(rng, 0, 0.05);
  if (isOn()) base.bytesPerSecond = between(rng, 50_000, 5_000_000);
  if (isOn()) {
    base.delay = chance(rng, 0.5)
      ? { kind: 'uniform', minMs: between(rng, 0, 20), maxMs: between(rng, 20, 200) }
      : { kind: 'long-tail', medianMs: between(rng, 1, 40), sigma: between(rng, 0.3, 1.2) };
  }
  if (corruption && chance(rng, kindShare)) base.corruption = between(rng, 0, 0.05);
  return base;
}
