import { SeededRng } from '../../support/ports.js';
import { forkSeed } from '../world/seeds.js';
import type { World } from '../world/world.js';
import { AFTER_FAULTS_MS, Buggify } from './buggify.js';
import { Cluster } from './cluster.js';
import { between, chance, wholeBetween } from './draw.js';
import type { Scenario } from './scenario.js';
import { Workload } from './workload.js';

const SECRET = 'of the simulated cluster';

function hasSecret(seed: number): boolean {
  return chance(new SeededRng(forkSeed(seed, 'secret')), 0.3);
}

/** The cluster of a run: 5 to 20 nodes, in one enclave or two, some with little room for values. */
function drawCluster(world: World): Cluster {
  const rng = world.fork('mixed');
  const cluster = new Cluster(world, {
    seeds: wholeBetween(rng, 1, 4),
    config: { replication: wholeBetween(rng, 2, 5) },
  });
  // Small ones more often: what a run costs grows with the square of the nodes.
  const count = Math.min(wholeBetween(rng, 5, 20), wholeBetween(rng, 5, 20));
  const ofSecond = chance(rng, 0.3) ? wholeBetween(rng, 1, count - 2) : 0;
  const hasSmallStores = chance(rng, 0.2);
  for (let i = 0; i < count; i++) {
    const isSmall = hasSmallStores && chance(rng, 0.4);
    cluster.add(
      1,
      i < ofSecond ? 'second' : 'default',
      isSmall ? { maxStorageBytes: wholeBetween(rng, 4000, 60_000) } : {},
    );
  }
  return cluster;
}

/**
 * What thousands of seeds are tried with. Replicas need not be equal at rest: messages are lost, and nodes are away while
 * others write.
 */
export const mixed: Scenario = {
  name: 'mixed',
  summary: '5 to 20 nodes, 1 or 2 enclaves, 40 to 90 s of writes and reads under drawn faults, then rest',
  world: (seed) => (hasSecret(seed) ? { secret: SECRET } : {}),
  play: async (world, oracle) => {
    const rng = world.fork('plan');
    const cluster = drawCluster(world);
    const workload = new Workload(world, { perSecond: between(rng, 1, 6), hosts: () => cluster.nodes });
    const faults = new Buggify(world, cluster, { perSecond: 0.6, corruption: hasSecret(world.seed) });
    await cluster.startAll();
    workload.start();
    if (chance(rng, 0.5)) await world.run(between(rng, 0, 10_000));
    faults.start();
    await world.run(Math.min(between(rng, 40_000, 90_000), between(rng, 40_000, 90_000)));
    workload.stop();
    await faults.stop();
    await oracle.atRest({ replicas: 'unclaimed', withinMs: AFTER_FAULTS_MS });
  },
};
