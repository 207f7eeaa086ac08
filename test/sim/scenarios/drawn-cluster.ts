import { SeededRng } from '../../support/ports.js';
import { forkSeed } from '../world/seeds.js';
import type { World, WorldOptions } from '../world/world.js';
import { Cluster } from './cluster.js';
import { chance, wholeBetween } from './draw.js';

const SECRET = 'of the simulated cluster';

/** Whether the cluster of a run signs what it says. */
export function hasSecret(seed: number): boolean {
  return chance(new SeededRng(forkSeed(seed, 'secret')), 0.3);
}

/** What the world of a drawn cluster has to be like. */
export function drawWorld(seed: number): WorldOptions {
  return hasSecret(seed) ? { secret: SECRET } : {};
}

/** The cluster of a run: 5 to 20 nodes, in one enclave or two, some with little room for values. */
export function drawCluster(world: World): Cluster {
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
