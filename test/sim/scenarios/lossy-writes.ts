import type { Rng } from '../../../src/gossip/ports/rng.js';
import type { World } from '../world/world.js';
import { Cluster, isUp, reached, running, type Seat } from './cluster.js';
import { Custody } from './custody.js';
import { arrivalMs, between, pick } from './draw.js';
import { equalWithin } from './halves.js';
import type { Scenario } from './scenario.js';

/** With as many copies as nodes the quorum is three: two nodes may lose their memory. */
const NODES = 5;

const LOSS = 0.2;

/** Crashes a second that are tried; those that are not within the quorum are left out. */
const CRASHES_PER_SECOND = 0.3;

/** How long a node is away. */
const AWAY_MS = { min: 50, max: 8000 } as const;

/** Every copy of every acknowledged write is there so long after faults stop, in milliseconds. */
const EVERYWHERE_MS = 10_000;

/** Longer than any run: what is missing has not expired. */
const TTL_SECONDS = 36_000;

const ALL_BACK_MS = 10_000;

export interface LossyWritesReport {
  readonly acknowledged: number;
  readonly crashes: number;
  /** Copies of acknowledged writes that were missing when faults stopped. */
  readonly missing: number;
  /** From the end of the faults until none was missing, in milliseconds. */
  readonly everywhereMs: number;
}

/** Writes under loss and crashes, each to a key of its own. */
export class LossyWrites {
  readonly #cluster: Cluster;
  readonly #world: World;
  readonly #rng: Rng;
  readonly #custody: Custody;
  #crashes = 0;
  #runs = true;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#world = cluster.world;
    this.#rng = cluster.world.fork('lossy writes');
    this.#custody = new Custody(cluster.world);
  }

  static async on(world: World): Promise<LossyWrites> {
    return new LossyWrites(await running(new Cluster(world, { config: { replication: NODES } }), NODES));
  }

  /** Writes `count` values, `perSecond` of them a second, and then lets the cluster repair. */
  async play(count: number, perSecond: number): Promise<LossyWritesReport> {
    const world = this.#world;
    world.network.setBase({ loss: LOSS });
    this.#crashAgain();
    for (let i = 0; i < count; i++) {
      const node = pick(this.#rng, this.#cluster.nodes);
      if (node !== undefined) world.clients.put(node, `default/lossy-${i}`, TTL_SECONDS);
      await world.run(1000 / perSecond);
    }
    this.#runs = false;
    world.network.heal();
    await reached(world, 'all nodes are back', () => this.#cluster.seats.every(isUp), ALL_BACK_MS);
    const { missing } = this.#custody;
    const isNoneMissing = (): boolean => this.#custody.missing === 0;
    const what = 'every acknowledged write is on every replica';
    const why = (): string => `${this.#custody.missing} copies of ${this.#custody.acknowledged} writes are missing`;
    const everywhereMs = await reached(world, what, isNoneMissing, EVERYWHERE_MS, why);
    return { acknowledged: this.#custody.acknowledged, crashes: this.#crashes, missing, everywhereMs };
  }

  #crashAgain(): void {
    this.#world.after(arrivalMs(this.#rng, CRASHES_PER_SECOND), () => {
      if (!this.#runs) return;
      this.#crash();
      this.#crashAgain();
    });
  }

  #crash(): void {
    const seat = pick(this.#rng, this.#cluster.up);
    if (seat?.node === undefined || !this.#custody.survives(seat.node)) return;
    this.#crashes++;
    this.#world.kill(seat.node);
    this.#world.after(between(this.#rng, AWAY_MS.min, AWAY_MS.max), () => this.#start(seat));
  }

  #start(seat: Seat): void {
    this.#cluster.start(seat);
  }
}

/** `count` writes, a hundred a second. */
export function lossyWrites(count: number): Scenario {
  return {
    name: `lossy-writes-${count}`,
    summary: `${count} writes to ${NODES} nodes at 20 % loss, with crashes within the quorum: every acknowledged one is everywhere 10 s after`,
    play: async (world, oracle) => {
      const writes = await LossyWrites.on(world);
      const report = await writes.play(count, 100);
      world.note('reached', JSON.stringify(report));
      if (report.crashes < count / 4000 || report.acknowledged < count / 10) {
        world.violated('the scenario shows something', JSON.stringify(report));
      }
      await equalWithin(world, oracle, EVERYWHERE_MS);
      await oracle.atRest({ replicas: 'complete' });
    },
  };
}
