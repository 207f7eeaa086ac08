import { setTimeout as delay } from 'node:timers/promises';
import type { Drill, Progress } from '../drill.js';
import { type Figure, figureOf } from '../figure.js';
import { concurrently } from '../load/concurrently.js';
import { TwoHistories } from '../load/two-histories.js';
import { NamespaceNetwork } from '../network/namespaces.js';
import { type Cluster, untilComplete, withCluster } from '../nodes/cluster.js';
import type { DrillNode } from '../nodes/drill-node.js';
import { countEvictions, excessEvictions } from '../nodes/evictions.js';
import { msUntil, untilEach } from '../nodes/watch.js';
import type { Options } from '../options.js';

const MERGED_WITHIN_MS = 15_000;
const EQUAL_WITHIN_MS = 10_000;
const TIMEOUT_MS = 120_000;
const SPLIT_TIMEOUT_MS = 60_000;
const CHECK_EVERY_MS = 100;
const READ_WIDTH = 16;

interface Run {
  readonly splitMs: number | undefined;
  readonly mergedMs: number | undefined;
  readonly equalMs: number | undefined;
  readonly answered201: number;
  readonly answered202: number;
  readonly unanswered: number;
  readonly wrong: number;
  readonly falseEvictions: number;
}

export const halves: Drill = {
  name: 'halves',
  title: 'Two halves that do not reach each other, both written to, and one cluster again',
  isolated: true,
  async run(options, progress) {
    const network = new NamespaceNetwork(options.nodes);
    return withCluster(network.places, options.environment, async (cluster) => {
      const runs: Run[] = [];
      for (let run = 0; run < options.runs; run += 1) runs.push(await splitOnce(cluster, network, options, progress));
      return figuresOf(runs);
    });
  },
};

async function splitOnce(
  cluster: Cluster,
  network: NamespaceNetwork,
  { cutMs, rate }: Options,
  progress: Progress,
): Promise<Run> {
  const middle = cluster.nodes.length / 2;
  const [left, right] = [cluster.nodes.slice(0, middle), cluster.nodes.slice(middle)];
  const histories = new TwoHistories(left, right);
  const rounds = Math.max(1, Math.round((cutMs / 1000) * rate));
  await concurrently(rounds, READ_WIDTH, (round) => histories.prepare(round));
  const prepared = new Map(histories.answers);
  const before = await countEvictions(cluster.nodes);

  const cutAtMs = performance.now();
  network.cut(placesOf(left), placesOf(right));
  const splitting = msUntilSplit(left, right, cutAtMs);
  await playRounds(histories, rounds, cutMs, cutAtMs);
  const splitMs = await splitting;
  progress(`${histories.expected.size} keys written in ${Math.round(performance.now() - cutAtMs)} ms`);

  network.heal();
  const healedMs = performance.now();
  const mergedMs = await untilComplete(cluster.nodes, TIMEOUT_MS).catch(() => undefined);
  const equalMs = await msUntilEqual(cluster.nodes, histories);
  progress(
    `merged after ${show(mergedMs)}, equal ${show(equalMs)} later (${Math.round(performance.now() - healedMs)})`,
  );
  const answered = (status: number) => (histories.answers.get(status) ?? 0) - (prepared.get(status) ?? 0);
  const excess = excessEvictions(before, await countEvictions(cluster.nodes), () => middle);
  return {
    splitMs,
    mergedMs,
    equalMs,
    answered201: answered(201),
    answered202: answered(202),
    unanswered: [...histories.answers.keys()]
      .filter((status) => status !== 201 && status !== 202)
      .reduce((sum, status) => sum + answered(status), 0),
    wrong: await countWrong(cluster.nodes, histories),
    falseEvictions: excess,
  };
}

async function playRounds(histories: TwoHistories, rounds: number, cutMs: number, sinceMs: number): Promise<void> {
  const playing: Promise<void>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await delay(Math.max(0, sinceMs + (round * cutMs) / rounds - performance.now()));
    playing.push(histories.play(round));
  }
  await Promise.all(playing);
  await delay(Math.max(0, sinceMs + cutMs - performance.now()));
}

async function msUntilSplit(
  left: readonly DrillNode[],
  right: readonly DrillNode[],
  sinceMs: number,
): Promise<number | undefined> {
  const watch = { timeoutMs: SPLIT_TIMEOUT_MS, sinceMs };
  const lacks = (others: readonly DrillNode[]) =>
    untilEach(others === left ? right : left, watch, (_, listed) => others.every((other) => !listed.has(other.id)));
  const times = (await Promise.all([lacks(left), lacks(right)])).flat();
  return times.includes(undefined) ? undefined : Math.max(...times.map((ms) => ms ?? 0));
}

/** Until each node has every key, and of those that were written more than once the newest value. */
async function msUntilEqual(nodes: readonly DrillNode[], histories: TwoHistories): Promise<number | undefined> {
  const sinceMs = performance.now();
  const times = await Promise.all(nodes.map((node) => msUntilCaughtUp(node, histories, sinceMs)));
  return times.includes(undefined) ? undefined : Math.max(...times.map((ms) => ms ?? 0));
}

async function msUntilCaughtUp(
  node: DrillNode,
  { expected, contested }: TwoHistories,
  sinceMs: number,
): Promise<number | undefined> {
  const watch = { timeoutMs: TIMEOUT_MS, sinceMs, everyMs: CHECK_EVERY_MS };
  const left = [...contested].filter((key) => expected.has(key));
  await msUntil(watch, async () => (await node.api.countKeys('')) >= expected.size);
  return msUntil(watch, async () => {
    for (let key = left.at(-1); key !== undefined; key = left.at(-1)) {
      if ((await node.api.get(key)) !== expected.get(key)) return false;
      left.pop();
    }
    return true;
  });
}

/** Reads every key on every node. */
async function countWrong(nodes: readonly DrillNode[], { expected }: TwoHistories): Promise<number> {
  const entries = [...expected];
  let wrong = 0;
  for (const node of nodes) {
    await concurrently(entries.length, READ_WIDTH, async (index) => {
      const [key = '', value] = entries[index] ?? [];
      if ((await node.api.get(key).catch(() => undefined)) !== value) wrong += 1;
    });
  }
  return wrong;
}

function placesOf(nodes: readonly DrillNode[]): readonly DrillNode['place'][] {
  return nodes.map(({ place }) => place);
}

function figuresOf(runs: readonly Run[]): readonly Figure[] {
  const none = { of: 'max', most: 0 } as const;
  return [
    figureOf(
      'cut to each half listing only itself',
      'ms',
      runs.map((run) => run.splitMs),
    ),
    figureOf(
      'writes during the cut: 201',
      '',
      runs.map((run) => run.answered201),
    ),
    figureOf(
      'writes during the cut: 202',
      '',
      runs.map((run) => run.answered202),
    ),
    figureOf(
      'writes during the cut: other, or no answer',
      '',
      runs.map((run) => run.unanswered),
      none,
    ),
    figureOf(
      'path back to every node listing every other',
      'ms',
      runs.map((run) => run.mergedMs),
      {
        of: 'max',
        most: MERGED_WITHIN_MS,
      },
    ),
    figureOf(
      'from then to every key equal everywhere',
      'ms',
      runs.map((run) => run.equalMs),
      {
        of: 'max',
        most: EQUAL_WITHIN_MS,
      },
    ),
    figureOf(
      'copies that are missing or not the newest write',
      '',
      runs.map((run) => run.wrong),
      none,
    ),
    figureOf(
      'evictions of reachable members',
      '',
      runs.map((run) => run.falseEvictions),
      none,
    ),
  ];
}

function show(ms: number | undefined): string {
  return ms === undefined ? 'NEVER' : `${Math.round(ms)} ms`;
}
