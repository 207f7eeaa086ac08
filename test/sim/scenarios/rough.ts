import type { HostPort } from '../../../src/gossip/address.js';
import { SeededRng } from '../../support/ports.js';
import { FLAVOURS } from '../legacy/flavour.js';
import { type SimLegacy, startLegacy } from '../world/legacy-host.js';
import { forkSeed } from '../world/seeds.js';
import type { World } from '../world/world.js';
import { AFTER_FAULTS_MS, Buggify, EQUAL_AFTER_FAULTS_MS } from './buggify.js';
import type { Cluster } from './cluster.js';
import { between, chance, wholeBetween } from './draw.js';
import { drawCluster, drawWorld, hasSecret } from './drawn-cluster.js';
import type { Scenario } from './scenario.js';
import { Workload } from './workload.js';

function hasOldNodes(seed: number): boolean {
  return chance(new SeededRng(forkSeed(seed, 'old nodes')), 0.25);
}

/** Up to three nodes of the old protocol, which know the seeds of the cluster. They share its bad lines. */
class OldNodes {
  readonly #world: World;
  readonly #seeds: readonly HostPort[];
  #nodes: readonly SimLegacy[] = [];

  constructor(world: World, cluster: Cluster) {
    this.#world = world;
    this.#seeds = cluster.seats[0]?.seeds ?? [];
  }

  get nodes(): readonly SimLegacy[] {
    return this.#nodes;
  }

  start(): void {
    const count = wholeBetween(this.#world.fork('old nodes'), 1, 3);
    this.#nodes = Array.from({ length: count }, (_, i) => this.#start(i));
  }

  /**
   * Restarts those that none of ours remembers, as an operator has to: an old node that knows two others introduces itself
   * to nobody, and its pings do not tell where it is.
   */
  restartForgotten(): void {
    const isRemembered = ({ id }: SimLegacy) =>
      this.#world.nodes.some(({ core }) => core.gossip.members.get(id) !== undefined);
    this.#nodes = this.#nodes.map((old, i) => {
      if (isRemembered(old)) return old;
      this.#world.kill(old);
      return this.#start(i, old.address);
    });
  }

  #start(index: number, address = this.#world.freeAddress()): SimLegacy {
    const { secret } = drawWorld(this.#world.seed);
    return startLegacy(this.#world, {
      id: `old${index + 1}`,
      address,
      enclave: 'default',
      seeds: this.#seeds,
      flavour: FLAVOURS[index % FLAVOURS.length] ?? 'go',
      minTtl: 1,
      ...(secret !== undefined && { secret }),
    });
  }
}

/**
 * Everything that can go wrong, close together: what is begun to be made good is hit again. Where there are old nodes,
 * nothing tighter is claimed of the member tables than that they converge: old nodes tell of the dead until their own
 * pings have failed.
 */
export const rough: Scenario = {
  name: 'rough',
  summary:
    'as mixed, but every kind of fault, up to 2 a second and 60 s long; old nodes among them in a quarter of its seeds',
  world: drawWorld,
  play: async (world, oracle) => {
    const rng = world.fork('plan');
    const cluster = drawCluster(world);
    await cluster.startAll();
    const old = new OldNodes(world, cluster);
    const hasOld = hasOldNodes(world.seed);
    if (hasOld) old.start();
    const hosts = () => [...cluster.nodes, ...old.nodes];
    const workload = new Workload(world, { perSecond: between(rng, 1, 6), hosts });
    const faults = new Buggify(world, cluster, {
      perSecond: 2,
      kindShare: 1,
      longLinkShare: 0.2,
      // The old protocol does not sign what it tells a joiner.
      corruption: hasSecret(world.seed) && !hasOld,
      others: old.nodes.map(({ machine }) => machine),
    });
    workload.start();
    faults.start();
    await world.run(between(rng, 50_000, 90_000));
    workload.stop();
    await faults.stop();
    old.restartForgotten();
    await oracle.atRest({
      equalWithinMs: EQUAL_AFTER_FAULTS_MS,
      ...(!hasOld && { withinMs: AFTER_FAULTS_MS }),
    });
  },
};
