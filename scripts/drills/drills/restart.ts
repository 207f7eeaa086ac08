import { setTimeout as delay } from 'node:timers/promises';
import type { Drill } from '../drill.js';
import { type Figure, figureOf } from '../figure.js';
import { fill } from '../load/fill.js';
import { loopbackPlaces } from '../network/loopback.js';
import { type Cluster, withCluster } from '../nodes/cluster.js';
import type { DrillNode } from '../nodes/drill-node.js';
import { msUntil, untilEach } from '../nodes/watch.js';

const NOTICED_WITHIN_MS = 4000;
const DATA_WITHIN_MS = 10_000;
const TIMEOUT_MS = 60_000;
const SETTLE_MS = 1500;
const PREFIX = 'kept-';

interface Run {
  readonly noticedMs: number | undefined;
  readonly dataMs: number | undefined;
}

export const restart: Drill = {
  name: 'restart',
  title: 'kill -9, and a new start at once under the same id and port',
  isolated: false,
  async run({ nodes, runs, keys, environment }, progress) {
    return withCluster(await loopbackPlaces(nodes), environment, async (cluster) => {
      await fill(cluster.nodes, keys, PREFIX);
      const done: Run[] = [];
      for (let index = 0; index < runs; index += 1) {
        await delay(SETTLE_MS);
        const run = await restartOnce(cluster, cluster.node(index % nodes), keys);
        done.push(run);
        progress(`run ${index + 1} of ${runs}: noticed after ${show(run.noticedMs)}, data after ${show(run.dataMs)}`);
      }
      return figuresOf(done, keys);
    });
  },
};

async function restartOnce(cluster: Cluster, victim: DrillNode, keys: number): Promise<Run> {
  await victim.kill();
  const sinceMs = performance.now();
  const startedAtMs = Date.now();
  await victim.start();
  // An incarnation begins at the wall clock of its start.
  const noticing = untilEach(cluster.without(victim), { timeoutMs: TIMEOUT_MS, sinceMs }, (_, listed) => {
    const member = listed.get(victim.id);
    return member?.state === 'alive' && (member.incarnation ?? 0) >= startedAtMs;
  });
  const returning = msUntil({ timeoutMs: TIMEOUT_MS, sinceMs }, async () => {
    return (await victim.api.countKeys(PREFIX)) === keys;
  });
  const [noticed, dataMs] = await Promise.all([noticing, returning]);
  return { noticedMs: noticed.includes(undefined) ? undefined : Math.max(...noticed.map((ms) => ms ?? 0)), dataMs };
}

function figuresOf(runs: readonly Run[], keys: number): readonly Figure[] {
  const noticed = runs.map((run) => run.noticedMs);
  const data = runs.map((run) => run.dataMs);
  return [
    figureOf('start to noticed by all others', 'ms', noticed, { of: 'p99', most: NOTICED_WITHIN_MS }),
    figureOf(`start to having all ${keys} keys again`, 'ms', data, { of: 'p99', most: DATA_WITHIN_MS }),
  ];
}

function show(ms: number | undefined): string {
  return ms === undefined ? 'NEVER' : `${Math.round(ms)} ms`;
}
