import { AFTER_FAULTS_MS, Buggify, EQUAL_AFTER_FAULTS_MS } from './buggify.js';
import { between, chance } from './draw.js';
import { drawCluster, drawWorld, hasSecret } from './drawn-cluster.js';
import type { Scenario } from './scenario.js';
import { Workload } from './workload.js';

/** What thousands of seeds are tried with. */
export const mixed: Scenario = {
  name: 'mixed',
  summary: '5 to 20 nodes, 1 or 2 enclaves, 40 to 90 s of writes and reads under drawn faults, then rest',
  world: drawWorld,
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
    await oracle.atRest({ withinMs: AFTER_FAULTS_MS, equalWithinMs: EQUAL_AFTER_FAULTS_MS });
  },
};
