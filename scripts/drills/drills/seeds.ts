import { setTimeout as delay } from 'node:timers/promises';
import type { Drill } from '../drill.js';
import { figureOf } from '../figure.js';
import { loopbackPlaces } from '../network/loopback.js';
import { Cluster, untilComplete } from '../nodes/cluster.js';
import type { DrillNode } from '../nodes/drill-node.js';
import { untilEach } from '../nodes/watch.js';

const SEEDS = 2;
const BACK_WITHIN_MS = 5000;
const TIMEOUT_MS = 60_000;
/** How long the seeds stay away once everybody has given them up: up to that, in milliseconds. */
const AWAY_MS = 20_000;

/** A private cluster whose nodes know two seeds and nobody else: both are killed, and come back. */
export const seeds: Drill = {
  name: 'seeds',
  title: 'All seeds of a private cluster killed, and started again once they were given up',
  isolated: false,
  async run({ nodes, runs, environment }, progress) {
    const places = await loopbackPlaces(nodes);
    const peers = places.slice(0, SEEDS).map(({ host, port }) => `${host}:${port}`);
    const cluster = new Cluster(places, { ...environment, REPRAM_PEERS: peers.join(',') });
    const backMs: (number | undefined)[] = [];
    try {
      await cluster.start();
      for (let index = 0; index < runs; index += 1) {
        backMs.push(await restartSeeds(cluster));
        progress(`run ${index + 1} of ${runs}: back after ${Math.round(backMs.at(-1) ?? Number.NaN)} ms`);
      }
    } finally {
      await cluster.end();
    }
    const target = { of: 'max', most: BACK_WITHIN_MS } as const;
    return [figureOf('seeds listen again to every node listing every other', 'ms', backMs, target)];
  },
};

async function restartSeeds({ nodes }: Cluster): Promise<number | undefined> {
  const [killed, others] = [nodes.slice(0, SEEDS), nodes.slice(SEEDS)];
  await Promise.all(killed.map((seed) => seed.kill()));
  await untilGone(others, killed);
  await delay(Math.random() * AWAY_MS);
  await Promise.all(killed.map((seed) => seed.start()));
  return untilComplete(nodes, TIMEOUT_MS).catch(() => undefined);
}

async function untilGone(viewers: readonly DrillNode[], gone: readonly DrillNode[]): Promise<void> {
  const times = await untilEach(viewers, { timeoutMs: TIMEOUT_MS }, (_, listed) =>
    gone.every(({ id }) => !listed.has(id)),
  );
  if (times.includes(undefined)) throw new Error('the killed seeds are still listed');
}
