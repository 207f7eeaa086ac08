import type { Oracle } from '../oracle/oracle.js';
import type { SimNode } from '../world/node.js';
import type { WriteOperation } from '../world/operation.js';
import type { World } from '../world/world.js';
import { Cluster, running, type Seat } from './cluster.js';
import { ANSWERED_MS, expectRead, writeAt } from './probe-writes.js';
import type { Scenario } from './scenario.js';
import { allAttachedWithin, childrenOf, EQUAL_AND_CARRIED_MS } from './tree.js';
import { TREE_CHECKS } from './tree-checks.js';
import { Workload } from './workload.js';

const SUBSTRATES = 3;
const ROAMING = 4;

/** Whoever hears a goodbye has moved by then, and so has whoever heard its socket end. */
const MOVED_MS = 1000;

/** A silent parent is given up after 10 s; the next one answers within two steps of the search. */
const SILENT_MS = 12_000;

/** After half a minute without anybody the pause before the next round may be a minute long. */
const BACK_MS = 65_000;

/** Of a sound network, one way. */
const LATENCY_MS = 2;

const ALL_TOGETHER_MS = 35_000;
const NOBODY_THERE_MS = 30_000;
const WRITE_EVERY_MS = 3000;

/** One substrate after the other is lost in one way after the other. */
class Losses {
  readonly #world: World;
  readonly #oracle: Oracle;
  readonly #cluster: Cluster;
  /** For each substrate one transient that knows no other from its start. */
  readonly #loyal: readonly Seat[];
  /** Answers that the scenario asks for at its end. Bounded by the losses and the transients. */
  readonly #probes: WriteOperation[] = [];

  constructor(cluster: Cluster, oracle: Oracle, loyal: readonly Seat[]) {
    this.#world = cluster.world;
    this.#oracle = oracle;
    this.#cluster = cluster;
    this.#loyal = loyal;
  }

  get substrates(): readonly Seat[] {
    return this.#cluster.seats.slice(0, SUBSTRATES);
  }

  /** In order: every child has moved before its parent ends, and none of them is without one for a moment. */
  async leave(seat: Seat): Promise<void> {
    const { node, children } = await this.#parent(seat);
    let lonely: SimNode | undefined;
    let isOver = false;
    const look = (): void => {
      if (!isOver) lonely ??= children.find((child) => this.#oracle.tree.parentOf(child) === undefined);
    };
    this.#world.observe({ stepped: look });
    const probes = this.#probe(`${seat.id} leaves`);
    await this.#cluster.leave(seat);
    isOver = true;
    if (lonely !== undefined) {
      this.#world.violated(
        'a goodbye moves a child before its socket ends',
        `${lonely.id} of ${node.id} had no parent`,
      );
    }
    await this.#recovered(seat, 'after a goodbye', MOVED_MS);
    await this.#expect201(probes, 'while a parent leaves');
  }

  async kill(seat: Seat): Promise<void> {
    const { node } = await this.#parent(seat);
    const probes = this.#probe(`${seat.id} is killed`);
    // Some of them have been sent on, and their acknowledgements come to nobody.
    await this.#world.run(LATENCY_MS);
    this.#world.kill(node);
    await this.#recovered(seat, 'after a kill', MOVED_MS);
    await this.#expect201(probes, 'as a parent is killed');
  }

  async cutPower(seat: Seat): Promise<void> {
    const { node } = await this.#parent(seat);
    this.#probe(`${seat.id} goes dark`);
    this.#world.cutPower(node);
    await this.#recovered(seat, 'after a power loss', SILENT_MS);
  }

  /** The substrate goes on for the others. */
  async cutOff(seat: Seat): Promise<void> {
    await this.#parent(seat);
    const machines = this.#cluster.transients.map(({ machine }) => machine);
    this.#probe(`${seat.id} is cut off`);
    this.#world.network.partition([[this.#cluster.machine(seat)], machines]);
    await this.#recovered(seat, 'after a partition', SILENT_MS);
    this.#world.network.heal();
  }

  /** Nobody is left to attach to; transients write on, and are told that it is pending. */
  async loseAll(): Promise<void> {
    for (const { node } of this.substrates) if (node !== undefined) this.#world.kill(node);
    await this.#world.run(100);
    for (let passedMs = 0; passedMs < NOBODY_THERE_MS; passedMs += WRITE_EVERY_MS) {
      const probes = this.#probe(`alone ${passedMs}`);
      await this.#world.run(WRITE_EVERY_MS);
      const wrong = probes.find(({ status }) => status !== undefined && status !== 202);
      if (wrong !== undefined) this.#world.violated(TREE_CHECKS.alone, `${wrong.host.id} said ${wrong.status}`);
    }
    for (const seat of this.substrates) this.#cluster.start(seat);
    await allAttachedWithin(this.#cluster, this.#oracle, 'once all are back', BACK_MS);
    await this.#cluster.allKnowAllWithin(ALL_TOGETHER_MS);
  }

  /** Every value that a transient wrote in passing is on every node. */
  expectAll(): void {
    for (const write of this.#probes) expectRead(this.#world, this.#cluster.seats, write, 'after all losses');
  }

  /** The node of the seat, with at least one child. */
  async #parent(seat: Seat): Promise<{ readonly node: SimNode; readonly children: readonly SimNode[] }> {
    const loyal = this.#loyal[this.substrates.indexOf(seat)];
    if (loyal !== undefined) {
      await this.#cluster.leave(loyal);
      this.#cluster.start(loyal);
    }
    await allAttachedWithin(this.#cluster, this.#oracle, `before ${seat.id} is lost`, MOVED_MS);
    const { node } = seat;
    const children = node === undefined ? [] : childrenOf(this.#cluster, this.#oracle, node);
    if (node === undefined || children.length === 0) throw new Error(`${seat.id} has no children to lose`);
    return { node, children };
  }

  async #recovered(seat: Seat, what: string, withinMs: number): Promise<void> {
    await allAttachedWithin(this.#cluster, this.#oracle, what, withinMs);
    this.#cluster.start(seat);
    await this.#cluster.allKnowAllWithin(ALL_TOGETHER_MS);
  }

  #probe(label: string): readonly WriteOperation[] {
    const seats = this.#cluster.seats.filter(({ node }) => node?.isTransient);
    const probes = writeAt(this.#world, seats, label);
    this.#probes.push(...probes);
    return probes;
  }

  async #expect201(probes: readonly WriteOperation[], when: string): Promise<void> {
    await this.#world.run(ANSWERED_MS);
    for (const { status, host, id } of probes) {
      if (status !== 201) this.#world.violated(TREE_CHECKS.resent, `${when}: write ${id} at ${host.id}: ${status}`);
    }
  }
}

/** Substrates lose their memory again and again: whoever is attached holds it, and gives it back. */
export const treeLosses: Scenario = {
  name: 'tree-losses',
  summary:
    'each of 3 substrates leaves, dies, goes dark, is cut off; then all are gone: 7 transients are attached again in time, nothing is lost',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world), SUBSTRATES);
    const loyal = cluster.seats.flatMap(({ address }) => cluster.addTransients(1, 'default', {}, [address]));
    for (const seat of [...loyal, ...cluster.addTransients(ROAMING)]) cluster.start(seat);
    await allAttachedWithin(cluster, oracle, 'after the start', MOVED_MS);
    let hosts = (): readonly SimNode[] => cluster.nodes;
    const workload = new Workload(world, { perSecond: 8, hosts: () => hosts() });
    workload.start();
    const losses = new Losses(cluster, oracle, loyal);
    for (const seat of losses.substrates) {
      await losses.leave(seat);
      await losses.kill(seat);
      await losses.cutPower(seat);
      await losses.cutOff(seat);
    }
    // What a substrate acknowledged in its last moment, its children have.
    hosts = () => cluster.transients;
    await world.run(ANSWERED_MS);
    await losses.loseAll();
    workload.stop();
    await oracle.atRest({ replicas: 'complete', equalWithinMs: EQUAL_AND_CARRIED_MS });
    losses.expectAll();
  },
};
