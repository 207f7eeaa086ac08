import type { SimHost } from '../world/host.js';
import type { Exchange } from '../world/network.js';
import { isTransient, type SimNode } from '../world/node.js';
import type { WorldObserver } from '../world/observer.js';
import type { World } from '../world/world.js';
import type { Cast } from './cast.js';
import { INVARIANTS } from './names.js';

/** What the idle rate of one node depends on. */
export interface IdleCluster {
  /** Nodes that run. */
  readonly nodes: number;
  /** Those of them that are of the old protocol. */
  readonly legacy: number;
  /** Nodes that ran once and do not any more. */
  readonly gone: number;
  readonly seeds: number;
  /** Whether some have too little room to hold what others hold. */
  readonly differing?: boolean;
  readonly pingIntervalMs: number;
  readonly syncIntervalMs: number;
}

/** Soon after news, syncs come after 1, 3, 7 and 15 s, and then once an interval. */
const HURRIED_SYNCS = 4;

/**
 * Seeds that do not answer are asked after 0.5 s doubling to 10 s, or after 0.25 s doubling to 4 s by a node that is
 * alone.
 */
const SEED_ROUNDS_PER_INTERVAL = 12;

/** A dead node that somebody mentions is probed once in ten seconds. */
const MENTIONS_PER_INTERVAL = 4;

/**
 * Replicas that cannot be equal compare once a second while there is reason to hurry, 15 s and 15 times in vain, and ask
 * four times each.
 */
const VAIN_COMPARISONS = 15 + 19;
const REQUESTS_OF_A_COMPARISON = 4;

/**
 * Most requests that a node of ours sends in `windowMs` while nothing happens.
 *
 * - Probes: each period one member in the round, and one dead.
 * - Topology: one sync an interval, and the hurried ones; who asks is asked back at most. On the average every node is asked as
 *   often as it asks. The average does not hold for one node: twice as many are allowed.
 * - Nodes of the old protocol: a PONG by a request of its own for each ping, an introduction to each, and an answer of
 *   one SYNC a node for each that asks or is asked, at most once an interval and peer.
 * - Seeds that do not answer, and the dead that somebody mentions.
 * - Comparisons of replicas that cannot be equal. Of those that are, the others leave room enough.
 */
export function idleRequests(cluster: IdleCluster, windowMs: number): number {
  const { nodes, legacy, gone, seeds, pingIntervalMs, syncIntervalMs } = cluster;
  const intervals = Math.ceil(windowMs / syncIntervalMs) + 1;
  const probes = 2 * (Math.ceil(windowMs / pingIntervalMs) + 1);
  const syncs = 2 * 2 * (intervals + HURRIED_SYNCS);
  const answersToLegacy = legacy * intervals * (nodes + 1);
  const toLegacy = 3 * legacy * intervals;
  const searches = 2 * seeds * SEED_ROUNDS_PER_INTERVAL * intervals;
  const doubts = gone * MENTIONS_PER_INTERVAL * intervals;
  const comparisons = cluster.differing ? VAIN_COMPARISONS * REQUESTS_OF_A_COMPARISON : 0;
  return probes + syncs + answersToLegacy + toLegacy + searches + doubts + comparisons;
}

/** Counts what every node of ours sends while the world is idle. */
export class IdleWatch implements WorldObserver {
  readonly #world: World;
  readonly #cast: Cast;
  readonly #sent = new Map<SimHost, number>();

  constructor(world: World, cast: Cast) {
    this.#world = world;
    this.#cast = cast;
  }

  begin(): void {
    this.#sent.clear();
  }

  sent(exchange: Exchange): void {
    const host = this.#cast.at(exchange.from);
    if (host !== undefined) this.#sent.set(host, (this.#sent.get(host) ?? 0) + 1);
  }

  /** To be called `windowMs` after `begin`. */
  end(windowMs: number): void {
    const { hosts, everyHost, nodes } = this.#world;
    for (const node of nodes) {
      const differing = nodes.some(({ config }) => config.maxStorageBytes > 0);
      const bound = idleRequests({ ...clusterOf(node, hosts, everyHost), differing }, windowMs);
      const sent = this.#sent.get(node) ?? 0;
      if (sent <= bound) continue;
      const detail = `${node.id} sent ${sent} requests in ${windowMs} ms at rest, where ${bound} is the bound`;
      this.#world.violated(INVARIANTS.idle, detail);
    }
  }
}

function clusterOf({ config }: SimNode, hosts: readonly SimHost[], everyHost: readonly SimHost[]): IdleCluster {
  return {
    nodes: hosts.filter((host) => !isTransient(host)).length,
    legacy: hosts.filter(({ kind }) => kind === 'legacy').length,
    gone: everyHost.length - hosts.length,
    seeds: config.peers.length,
    pingIntervalMs: config.pingIntervalMs,
    syncIntervalMs: config.syncIntervalMs,
  };
}
