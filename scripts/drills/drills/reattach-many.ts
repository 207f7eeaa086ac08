import { setTimeout as delay } from 'node:timers/promises';
import type { Drill, Progress } from '../drill.js';
import { type Figure, figureOf } from '../figure.js';
import { loopbackPlaces } from '../network/loopback.js';
import { withCluster } from '../nodes/cluster.js';
import type { DrillNode } from '../nodes/drill-node.js';
import type { Options } from '../options.js';
import { Crowd } from '../tree/crowd.js';

const SUBSTRATES = 3;
const TIMEOUT_MS = 60_000;
/** For what the last handshakes left behind: garbage that a collector takes back in its own time. */
const SETTLE_MS = 30_000;
/** Memory is read so often, and the least counts: between two collections there is garbage of any age. */
const READINGS = 20;
const READING_EVERY_MS = 500;
/** How long nobody may move once all are attached again. */
const CALM_MS = 10_000;

interface Run {
  readonly backMs: number | undefined;
  /** Children of the fuller survivor, divided by an even share. */
  readonly crowding: number;
  /** Attachments beyond one for each child that lost its parent. */
  readonly needless: number;
  readonly kibibytesPerChild: number;
}

export const reattachMany: Drill = {
  name: 'reattach-many',
  title: 'kill -9 of one of three substrates that carry many transients',
  isolated: false,
  async run(options, progress) {
    const runs: Run[] = [];
    for (let index = 0; index < options.runs; index += 1) runs.push(await once(options, progress));
    return figuresOf(runs);
  },
};

async function once({ children, environment }: Options, progress: Progress): Promise<Run> {
  const places = await loopbackPlaces(SUBSTRATES);
  // Two of the three have to carry all of them.
  const room = { REPRAM_INBOUND: 'true', REPRAM_MAX_CHILDREN: String(children), ...environment };
  return withCluster(places, room, async ({ nodes }) => {
    const crowd = new Crowd();
    try {
      await delay(SETTLE_MS);
      const before = await residentKiB(nodes);
      crowd.start(children, places);
      if (!(await crowd.until(() => crowd.parents.size === children, TIMEOUT_MS))) throw new Error('not all attached');
      await delay(SETTLE_MS);
      const kibibytesPerChild = ((await residentKiB(nodes)) - before) / children;
      progress(`${children} attached: ${JSON.stringify(countsOf(crowd))}, ${kibibytesPerChild.toFixed(1)} KiB each`);
      const run = await loseOne(nodes, crowd, children);
      progress(`back ${run.backMs?.toFixed(0) ?? 'NEVER'} ms: ${JSON.stringify(countsOf(crowd))}`);
      return { ...run, kibibytesPerChild };
    } finally {
      crowd.end();
    }
  });
}

async function loseOne(
  nodes: readonly DrillNode[],
  crowd: Crowd,
  children: number,
): Promise<Omit<Run, 'kibibytesPerChild'>> {
  const victim = nodes[Math.floor(Math.random() * nodes.length)];
  if (victim === undefined) throw new Error('no substrate');
  const displaced = [...crowd.parents.values()].filter((parent) => parent === victim.id).length;
  const sinceMs = performance.timeOrigin + performance.now();
  await victim.kill();
  const isBack = (): boolean => crowd.parents.size === children && ![...crowd.parents.values()].includes(victim.id);
  const isAllBack = await crowd.until(isBack, TIMEOUT_MS);
  const attached = crowd.since(sinceMs).filter(({ kind }) => kind === 'attached');
  const backMs = Math.max(...attached.map(({ atMs }) => atMs)) - sinceMs;
  await delay(CALM_MS);
  const moves = crowd.since(sinceMs).filter(({ kind }) => kind === 'attached').length;
  const fullest = Math.max(...Object.values(countsOf(crowd)));
  return {
    backMs: isAllBack ? backMs : undefined,
    crowding: fullest / (children / (SUBSTRATES - 1)),
    needless: moves - displaced,
  };
}

function countsOf({ parents }: Crowd): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const parent of parents.values()) counts[parent] = (counts[parent] ?? 0) + 1;
  return counts;
}

async function residentKiB(nodes: readonly DrillNode[]): Promise<number> {
  const least = nodes.map(() => Number.POSITIVE_INFINITY);
  for (let reading = 0; reading < READINGS; reading += 1) {
    const bytes = await Promise.all(nodes.map((node) => node.api.metric('process_resident_memory_bytes')));
    for (const [index, size] of bytes.entries()) least[index] = Math.min(least[index] ?? size, size);
    await delay(READING_EVERY_MS);
  }
  return least.reduce((sum, size) => sum + size, 0) / 1024;
}

function figuresOf(runs: readonly Run[]): readonly Figure[] {
  return [
    figureOf(
      'killed to all attached again',
      'ms',
      runs.map(({ backMs }) => backMs),
      { of: 'max', most: 3000 },
    ),
    figureOf(
      'children of the fuller survivor, divided by its share',
      '×',
      runs.map(({ crowding }) => crowding),
      { of: 'max', most: 1.2 },
    ),
    figureOf(
      'attachments beyond one for each that lost its parent',
      '',
      runs.map(({ needless }) => needless),
      { of: 'max', most: 0 },
    ),
    figureOf(
      'resident memory of the substrates for each child',
      'KiB',
      runs.map(({ kibibytesPerChild }) => kibibytesPerChild),
      { of: 'max', most: 60 },
    ),
  ];
}
