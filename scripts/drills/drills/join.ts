import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../../../bench/statistics.js';
import type { Drill, Progress } from '../drill.js';
import { figureOf } from '../figure.js';
import { fill } from '../load/fill.js';
import { SteadyLoad, type Window } from '../load/steady-load.js';
import { loopbackPlaces } from '../network/loopback.js';
import { withCluster } from '../nodes/cluster.js';
import type { DrillNode } from '../nodes/drill-node.js';
import { msUntil } from '../nodes/watch.js';
import type { Options } from '../options.js';

const CAUGHT_UP_WITHIN_MS = 20_000;
const TIMEOUT_MS = 120_000;
const P99_RATIO = 2;
const WARM_UP_MS = 3000;
const BEFORE_MS = 10_000;
const PREFIX = 'fill-';
/** Counting entries costs the node little; listing all of its keys is done when there may be enough of them. */
const COUNT_EVERY_MS = 200;
const ENTRIES = 'repram_store_entries';

interface Run {
  readonly caughtUpMs: number | undefined;
  readonly beforeP99Ms: number;
  readonly meanwhileP99Ms: number;
  readonly refused: number;
}

export const join: Drill = {
  name: 'join',
  title: 'One more node joins a cluster with data, under a load of writes',
  isolated: false,
  async run(options, progress) {
    const runs: Run[] = [];
    for (let run = 0; run < options.runs; run += 1) runs.push(await joinOnce(options, progress));
    const ratios = runs.map((run) => run.meanwhileP99Ms / run.beforeP99Ms);
    const caughtUp = runs.map((run) => run.caughtUpMs);
    return [
      figureOf('process start to every key', 'ms', caughtUp, { of: 'max', most: CAUGHT_UP_WITHIN_MS }),
      figureOf(
        'p99 of writes before',
        'ms',
        runs.map((run) => run.beforeP99Ms),
      ),
      figureOf(
        'p99 of writes meanwhile',
        'ms',
        runs.map((run) => run.meanwhileP99Ms),
      ),
      figureOf('  divided by that before', '×', ratios, { of: 'max', most: P99_RATIO }),
      figureOf(
        'writes not answered with 201',
        '',
        runs.map((run) => run.refused),
        { of: 'max', most: 0 },
      ),
    ];
  },
};

async function joinOnce({ nodes, keys, rate, environment }: Options, progress: Progress): Promise<Run> {
  const [joining, ...places] = await loopbackPlaces(nodes + 1);
  if (joining === undefined) throw new Error('no port is free');
  return withCluster(places, environment, async (cluster) => {
    const filledMs = performance.now();
    await fill(cluster.nodes, keys, PREFIX);
    progress(`${keys} keys written in ${Math.round(performance.now() - filledMs)} ms`);
    const load = new SteadyLoad([...cluster.nodes], rate);
    load.start();
    try {
      await delay(WARM_UP_MS);
      load.take();
      await delay(BEFORE_MS);
      const before = load.take();
      const joiner = cluster.extend(joining);
      const startedMs = performance.now();
      await joiner.start();
      const caughtUpMs = await msUntilFull(joiner, keys, startedMs);
      const run = runOf(before, load.take(), caughtUpMs);
      progress(`every key after ${caughtUpMs === undefined ? 'NEVER' : `${Math.round(caughtUpMs)} ms`}`);
      return run;
    } finally {
      await load.end();
    }
  });
}

function msUntilFull(node: DrillNode, keys: number, sinceMs: number): Promise<number | undefined> {
  return msUntil({ timeoutMs: TIMEOUT_MS, sinceMs, everyMs: COUNT_EVERY_MS }, async () => {
    if ((await node.api.metric(ENTRIES)) < keys) return false;
    return (await node.api.countKeys(PREFIX)) === keys;
  });
}

function runOf(before: Window, meanwhile: Window, caughtUpMs: number | undefined): Run {
  return {
    caughtUpMs,
    beforeP99Ms: p99(before),
    meanwhileP99Ms: p99(meanwhile),
    refused: before.refused + meanwhile.refused,
  };
}

function p99({ latenciesMs }: Window): number {
  return percentile(Float64Array.from(latenciesMs).sort(), 99);
}
