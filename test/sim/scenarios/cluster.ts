import { formatHostPort, type HostPort } from '../../../src/gossip/address.js';
import type { Rng } from '../../../src/gossip/ports/rng.js';
import type { NodeConfig } from '../../../src/node/config/node-config.js';
import type { Machine } from '../world/machine.js';
import type { SimNode } from '../world/node.js';
import type { World } from '../world/world.js';

/** TTLs of seconds are allowed, so that values expire within a run. */
const CONFIG: Partial<NodeConfig> = { minTtlSeconds: 1 };

const START_MS = 1000;

const KNOWN_MS = 15_000;

/** How often a condition is looked at that is too dear to be asked after every step. */
const LOOK_MS = 100;

/** A node as its operator knows it: where it runs and how, whether it runs now or not. */
export interface Seat {
  id: string;
  address: HostPort;
  readonly enclave: string;
  readonly seeds: readonly HostPort[];
  readonly config: Partial<NodeConfig>;
  /** The process that runs or ran last. */
  node: SimNode | undefined;
}

export interface ClusterOptions {
  /** How many of the first nodes are seeds of all. */
  readonly seeds?: number;
  readonly config?: Partial<NodeConfig>;
  /** What comes before the numbers of its nodes, where a world has more clusters than one. */
  readonly prefix?: string;
}

/** Nodes that are meant to find each other. */
export class Cluster {
  readonly world: World;
  /** Bounded by the scenario. */
  readonly seats: Seat[] = [];
  /** Every seat holds this list, so late seeds are known to the early nodes too. */
  readonly #seeds: HostPort[] = [];
  readonly #options: ClusterOptions;
  readonly #rng: Rng;
  #addresses = 0;
  #transients = 0;

  constructor(world: World, options: ClusterOptions = {}) {
    this.world = world;
    this.#options = options;
    this.#rng = world.fork(`cluster ${options.prefix ?? ''}`);
  }

  /** Makes room for nodes, and starts none. The seeds are the first ones of the first call. */
  add(count: number, enclave = 'default', config: Partial<NodeConfig> = {}): readonly Seat[] {
    return Array.from({ length: count }, () => {
      const seat = this.#seat(`${this.#options.prefix ?? 'n'}${this.seats.length + 1}`, enclave, config, this.#seeds);
      if (this.#seeds.length < (this.#options.seeds ?? 3)) this.#seeds.push(seat.address);
      return seat;
    });
  }

  /**
   * Makes room for transients, and starts none.
   *
   * @param seeds where they ask first; the seeds of the cluster unless given
   */
  addTransients(
    count: number,
    enclave = 'default',
    config: Partial<NodeConfig> = {},
    seeds: readonly HostPort[] = this.#seeds,
  ): readonly Seat[] {
    return Array.from({ length: count }, () => {
      this.#transients++;
      return this.#seat(`t${this.#transients}`, enclave, { ...config, inbound: 'false' }, seeds);
    });
  }

  freshAddress(): HostPort {
    const number = ++this.#addresses;
    return { host: `10.${this.#options.prefix === undefined ? 1 : 2}.${number >> 8}.${number & 255}`, port: 8080 };
  }

  /** Starts the node of a seat, or starts it again; nothing where it runs or its machine is another's. */
  start(seat: Seat): void {
    if (isUp(seat) || this.machine(seat).listener !== undefined) return;
    const { id, address, enclave, config } = seat;
    seat.node = this.world.startNode({ id, address, enclave, config, seeds: [...seat.seeds] });
  }

  /** Starts all that do not run, at random moments within a second. */
  async startAll(): Promise<void> {
    for (const seat of this.seats) this.world.after(this.#rng.next() * START_MS, () => this.start(seat));
    await this.world.run(START_MS);
  }

  machine(seat: Seat): Machine {
    return this.world.network.machineAt(seat.address);
  }

  /** SIGTERM; resolves when the process has ended. Time passes meanwhile. */
  async leave(seat: Seat): Promise<void> {
    const { node } = seat;
    if (node === undefined) return;
    void this.world.leave(node);
    await this.world.runUntil(() => node.process.hasEnded, node.config.drainTimeoutMs + 1000);
  }

  /** Those that run, stalled ones included. */
  get up(): readonly Seat[] {
    return this.seats.filter(isUp);
  }

  /** The nodes that run. */
  get nodes(): readonly SimNode[] {
    return this.seats.flatMap(({ node }) => (node === undefined || node.process.hasEnded ? [] : [node]));
  }

  /** Those of them that are members. */
  get members(): readonly SimNode[] {
    return this.nodes.filter((node) => !node.isTransient);
  }

  get transients(): readonly SimNode[] {
    return this.nodes.filter((node) => node.isTransient);
  }

  /** Whether every member that runs lists all others that run, and nobody else. */
  get allKnowAll(): boolean {
    const { members } = this;
    const expected = members.map((node) => node.id).sort();
    return members.every((node) => {
      const known = new Set(node.peers);
      return known.size === expected.length - 1 && expected.every((id) => id === node.id || known.has(id));
    });
  }

  #seat(id: string, enclave: string, config: Partial<NodeConfig>, seeds: readonly HostPort[]): Seat {
    const seat: Seat = {
      ...{ id, enclave, seeds, address: this.freshAddress(), node: undefined },
      config: { ...CONFIG, ...this.#options.config, ...config },
    };
    this.seats.push(seat);
    return seat;
  }

  /** Says that it is a violation if not all know all within the time. Returns how long it took, in milliseconds. */
  allKnowAllWithin(withinMs: number): Promise<number> {
    return reached(this.world, 'all know all', () => this.allKnowAll, withinMs);
  }
}

/** The cluster with so many nodes more, all of which know each other. */
export async function running(cluster: Cluster, count: number): Promise<Cluster> {
  cluster.add(count);
  await cluster.startAll();
  await cluster.allKnowAllWithin(KNOWN_MS);
  return cluster;
}

/**
 * Lets time pass until something is so, which is looked at ten times a second; a violation where it is not within the time.
 * Returns how long it took, in milliseconds.
 *
 * @param why says for the violation what is missing
 */
export async function reached(
  world: World,
  what: string,
  isSo: () => boolean,
  withinMs: number,
  why: () => string | undefined = () => undefined,
): Promise<number> {
  const sinceMs = world.elapsedMs;
  while (!isSo()) {
    if (world.elapsedMs - sinceMs >= withinMs) {
      const missing = why();
      world.violated(what, `not within ${withinMs} ms${missing === undefined ? '' : `: ${missing}`}`);
    }
    await world.run(LOOK_MS);
  }
  const tookMs = world.elapsedMs - sinceMs;
  world.note('reached', `${what} after ${tookMs.toFixed(0)} ms`);
  return tookMs;
}

export function isUp(seat: Seat): boolean {
  return seat.node !== undefined && !seat.node.process.hasEnded;
}

/** For the log. */
export function seatName(seat: Seat): string {
  return `${seat.id} at ${formatHostPort(seat.address)}`;
}
