import type { NodeConfig } from '../../../src/node/config/node-config.js';
import { DOMAIN, PUBLIC_KEY, type Weather } from '../world/discovery.js';
import type { World } from '../world/world.js';
import { Cluster, isUp, type Seat } from './cluster.js';
import { between, pick, wholeBetween } from './draw.js';
import type { Scenario } from './scenario.js';

const CONFIG: Partial<NodeConfig> = { network: 'public', omegaDomain: DOMAIN, omegaPublicKeys: [PUBLIC_KEY] };
const NODES = 7;
/** Of a list, in seconds: some expire before the next is published. */
const LIFETIME_S = 600;
const FOUND_MS = 35_000;
/** Who is not alone looks for a newer list after nine tenths of the old one; then it asks its roots. */
const CONNECTED_MS = 1000 * LIFETIME_S + 60_000;
/** How far a clock is off at most, in milliseconds: less than what a cached list is used beyond its expiry. */
const OFF_MS = 240_000;
const BAD_WEATHER: readonly Weather[] = ['down', 'silent', 'old', 'forged'];

/** What happens to nodes that know nobody but a root list. One node at a time is cut off. */
class Misfortunes {
  readonly #world: World;
  readonly #cluster: Cluster;
  readonly #rng;
  #isolated: Seat | undefined;

  constructor(world: World, cluster: Cluster) {
    this.#world = world;
    this.#cluster = cluster;
    this.#rng = world.fork('misfortunes');
  }

  next(): void {
    const act = pick(this.#rng, [
      this.#isolate,
      this.#isolate,
      this.#rotate,
      this.#storm,
      this.#skew,
      this.#restart,
      this.#move,
    ]);
    act?.call(this);
  }

  /** All is well from now on: a list names a node that is there, and DNS gives it to everybody. */
  end(): void {
    this.#heal();
    this.#world.discovery.weather = 'truth';
    for (const seat of this.#cluster.seats) this.#cluster.start(seat);
    this.#rotate();
  }

  /** Publishes a list of one to three nodes that run. */
  #rotate(): void {
    const { up } = this.#cluster;
    const count = wholeBetween(this.#rng, 1, 3);
    const roots = Array.from({ length: count }, () => pick(this.#rng, up)?.address).filter(
      (root) => root !== undefined,
    );
    if (roots.length === 0) return;
    this.#world.note('list', roots.map(({ host }) => host).join(' '));
    this.#world.discovery.publish([...new Set(roots)], this.#world.trueMs / 1000 + LIFETIME_S);
  }

  #isolate(): void {
    const seat = pick(this.#rng, this.#cluster.up);
    if (this.#isolated !== undefined || seat === undefined) return;
    this.#isolated = seat;
    const own = this.#cluster.machine(seat);
    const others = this.#cluster.seats.filter((other) => other !== seat).map((other) => this.#cluster.machine(other));
    this.#world.network.partition([[own], others]);
    this.#world.discovery.cutOff.add(own);
    this.#world.note('fault', 'cut off', seat.id);
    this.#world.after(between(this.#rng, 20_000, 240_000), () => this.#heal());
  }

  #heal(): void {
    if (this.#isolated === undefined) return;
    this.#world.note('fault', 'path back', this.#isolated.id);
    this.#isolated = undefined;
    this.#world.network.heal();
    this.#world.discovery.cutOff.clear();
  }

  #storm(): void {
    const { discovery } = this.#world;
    discovery.weather = pick(this.#rng, BAD_WEATHER) ?? 'down';
    this.#world.note('fault', `DNS is ${discovery.weather}`);
    this.#world.after(between(this.#rng, 20_000, 400_000), () => {
      discovery.weather = 'truth';
    });
  }

  #skew(): void {
    const node = pick(this.#rng, this.#cluster.nodes);
    if (node === undefined) return;
    this.#world.jumpClock(node, between(this.#rng, -OFF_MS, OFF_MS) - node.machine.wall.offsetMs);
  }

  /** Killed, and started again a while later. */
  #restart(): void {
    const seat = pick(this.#rng, this.#cluster.up);
    if (seat?.node === undefined || seat === this.#isolated) return;
    this.#world.kill(seat.node);
    this.#world.after(between(this.#rng, 0, 20_000), () => this.#cluster.start(seat));
  }

  /** Killed, and started elsewhere, where nobody knows it. */
  #move(): void {
    const seat = pick(this.#rng, this.#cluster.up.filter(isUp));
    if (seat?.node === undefined || seat === this.#isolated) return;
    this.#world.kill(seat.node);
    seat.address = this.#cluster.freshAddress();
    this.#cluster.start(seat);
    this.#rotate();
  }
}

export const rootLists: Scenario = {
  name: 'root-lists',
  summary:
    'nodes of a public network that know a root list alone: cut off, moved and restarted, DNS down or lying, clocks off',
  play: async (world, oracle) => {
    const rng = world.fork('plan');
    const cluster = new Cluster(world, { seeds: 0, config: CONFIG });
    const first = cluster.add(NODES).slice(0, 3);
    world.discovery.publish(
      first.map(({ address }) => address),
      world.trueMs / 1000 + LIFETIME_S,
    );
    await cluster.startAll();
    await cluster.allKnowAllWithin(FOUND_MS);
    const misfortunes = new Misfortunes(world, cluster);
    const count = wholeBetween(rng, 15, 30);
    for (let index = 0; index < count; index += 1) {
      misfortunes.next();
      await world.run(between(rng, 1000, 60_000));
    }
    misfortunes.end();
    await cluster.allKnowAllWithin(CONNECTED_MS);
    await oracle.atRest();
  },
};
