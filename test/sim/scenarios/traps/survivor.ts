import { formatHostPort } from '../../../../src/gossip/address.js';
import { Cluster, reached } from '../cluster.js';
import { ALONE_MS } from '../partitions.js';
import type { Scenario } from '../scenario.js';
import { CHECKS } from './checks.js';

const SEEDS = 2;

/** A node gives a seed as long as this to answer. */
const ASKING_MS = 5000;

/** Asking at once leaves a moment for what is under way. */
const AT_ONCE_MS = 100;

/** All others lose power at once: whoever is left asks the seeds at once, again and again, each once at a time. */
export const loneSurvivor: Scenario = {
  name: 'lone-survivor',
  summary: 'a node loses everybody: it asks the seeds as soon as it knows, and none twice at once',
  play: async (world, oracle) => {
    const cluster = new Cluster(world, { seeds: SEEDS });
    cluster.add(4);
    await cluster.startAll();
    await cluster.allKnowAllWithin(10_000);
    await world.run(12_000);
    const [survivor] = cluster.nodes.slice(-1);
    if (survivor === undefined) return;
    const lost = cluster.seats.slice(0, -1);
    for (const { node } of lost) if (node !== undefined) world.cutPower(node);
    const asked: { readonly seed: string; readonly atMs: number }[] = [];
    world.observe({
      sent: ({ from, to, type, sentMs }) => {
        if (from !== survivor.machine || type !== 'BOOTSTRAP') return;
        asked.push({ seed: formatHostPort(to), atMs: sentMs });
      },
    });
    await reached(world, 'the survivor knows that it is alone', () => survivor.peers.length === 0, ALONE_MS);
    const aloneMs = world.elapsedMs;
    await world.run(AT_ONCE_MS);
    // One that is under way counts: it takes the connection that the next would need.
    if (!asked.some(({ atMs }) => atMs >= aloneMs - ASKING_MS)) {
      world.violated(CHECKS.alone, survivor.id);
    }
    await world.run(3 * survivor.config.recoveryIntervalMs);
    // A round of the seeds that never answered it may have begun while it was not alone.
    const later = asked.filter(({ atMs }) => atMs >= aloneMs + SEEDS * ASKING_MS);
    // A request that waits for a free connection is sent later than its time to answer begins.
    const lastMs = new Map<string, number>();
    for (const { seed, atMs } of later) {
      const sinceMs = atMs - (lastMs.get(seed) ?? Number.NEGATIVE_INFINITY);
      lastMs.set(seed, atMs);
      if (sinceMs < ASKING_MS / 2) world.violated(CHECKS.oneCycle, `asked again after ${sinceMs.toFixed(0)} ms`);
    }
    for (const seat of lost) cluster.start(seat);
    await oracle.atRest();
  },
};
