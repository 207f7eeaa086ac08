import type { World } from '../world/world.js';
import { AFTER_FAULTS_MS, Buggify, type BuggifyOptions, EQUAL_AFTER_FAULTS_MS } from './buggify.js';
import { Cluster } from './cluster.js';
import { between, chance, wholeBetween } from './draw.js';
import { drawWorld } from './drawn-cluster.js';
import type { Scenario } from './scenario.js';
import { CARRIED_MS } from './tree.js';
import { Workload } from './workload.js';

function drawn(name: string, summary: string, options: BuggifyOptions): Scenario {
  return {
    name,
    summary,
    world: drawWorld,
    play: async (world, oracle) => {
      const rng = world.fork('plan');
      const cluster = drawTree(world);
      const workload = new Workload(world, { perSecond: between(rng, 1, 6), hosts: () => cluster.nodes });
      const faults = new Buggify(world, cluster, options);
      await cluster.startAll();
      workload.start();
      if (chance(rng, 0.5)) await world.run(between(rng, 0, 10_000));
      faults.start();
      await world.run(between(rng, 30_000, 60_000));
      workload.stop();
      await faults.stop();
      await oracle.atRest({ withinMs: AFTER_FAULTS_MS, equalWithinMs: EQUAL_AFTER_FAULTS_MS + CARRIED_MS });
    },
  };
}

/** What is drawn in `mixed`, in a smaller cluster of which a part is attached to the rest. */
export const treeFaults: Scenario = drawn(
  'tree-faults',
  '3 to 6 substrates with 2 to 8 transients, 1 or 2 enclaves, 30 to 60 s of writes under drawn faults, then rest',
  { perSecond: 0.8 },
);

/** As in `rough`: what is begun to be made good is hit again. */
export const treeRough: Scenario = drawn(
  'tree-rough',
  'as tree-faults, but every kind of fault, up to 2 a second and 60 s long',
  { perSecond: 2, kindShare: 1, longLinkShare: 0.2 },
);

/**
 * Where there is one enclave, the substrates may have little more room than is needed. Where there are two, they have room
 * for all: a transient that is kept abroad for want of room compares with nobody.
 */
function drawTree(world: World): Cluster {
  const rng = world.fork('tree');
  const [substrates, transients] = [wholeBetween(rng, 3, 6), wholeBetween(rng, 2, 8)];
  const hasTwoEnclaves = chance(rng, 0.3);
  const isTight = !hasTwoEnclaves && chance(rng, 0.5);
  const maxChildren = isTight ? Math.ceil(transients / substrates) + wholeBetween(rng, 0, 1) : 100;
  const config = { maxChildren, replication: wholeBetween(rng, 2, 5) };
  const cluster = new Cluster(world, { seeds: wholeBetween(rng, 1, 3), config });
  const ofSecond = hasTwoEnclaves ? wholeBetween(rng, 1, substrates - 1) : 0;
  const attachedOfSecond = hasTwoEnclaves ? wholeBetween(rng, 1, transients - 1) : 0;
  cluster.add(ofSecond, 'second');
  cluster.add(substrates - ofSecond);
  cluster.addTransients(attachedOfSecond, 'second');
  cluster.addTransients(transients - attachedOfSecond);
  return cluster;
}
