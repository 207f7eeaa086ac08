import { setTimeout as delay } from 'node:timers/promises';
import type { Drill, DrillName, Progress } from '../drill.js';
import { type Figure, figureOf } from '../figure.js';
import { loopbackPlaces } from '../network/loopback.js';
import { NamespaceNetwork } from '../network/namespaces.js';
import { Cluster, untilComplete } from '../nodes/cluster.js';
import type { DrillNode, Place } from '../nodes/drill-node.js';
import type { Options } from '../options.js';
import { EventFeed, type FeedEvent } from '../tree/event-feed.js';
import { behind, Ledger, untilShown } from '../tree/ledger.js';

const SUBSTRATES = 3;
const TIMEOUT_MS = 60_000;
const RETURN_TIMEOUT_MS = 60_000;
const SHOWN_WITHIN_MS = 2000;
const SETTLE_MS = 1500;
const PHASE_MS = 1000;

const NONE = { of: 'max', most: 0 } as const;

/** One way for a transient to lose its parent. */
interface Loss {
  readonly name: DrillName;
  readonly title: string;
  readonly verb: string;
  readonly target: Figure['target'];
  readonly isolated: boolean;
  /** Whom it takes: the parent, or every substrate. */
  readonly takes: 'parent' | 'all';
  begin(victim: DrillNode, scene: Scene): Promise<void> | void;
  end(victim: DrillNode, scene: Scene): Promise<void> | void;
}

interface Scene {
  readonly cluster: Cluster;
  readonly substrates: readonly DrillNode[];
  readonly transient: DrillNode;
  readonly feed: EventFeed;
  readonly network: NamespaceNetwork | undefined;
  /** The substrates that clients write to at the moment. */
  readonly standing: Set<DrillNode>;
  /** Of what is written on the transient, and on the substrates. */
  readonly up: Ledger;
  readonly down: Ledger;
}

/** How many acknowledged writes each node lacks at the end. */
interface Lost {
  readonly own: readonly number[];
  readonly others: readonly number[];
}

interface Run {
  /** From the loss, or from the first return where all were lost, until the transient is attached again. */
  readonly backMs: number | undefined;
  /** How long it had no parent, as it says itself. */
  readonly gapMs: number | undefined;
  /** From then until it shows all that was acknowledged meanwhile. */
  readonly shownMs: number | undefined;
}

const terminate: Loss = {
  name: 'reattach-term',
  title: 'SIGTERM of the substrate that a transient is attached to',
  verb: 'told to stop',
  target: { of: 'p99', most: 250 },
  isolated: false,
  takes: 'parent',
  begin: (victim) => victim.signal('SIGTERM'),
  end: async (victim) => {
    await victim.kill();
    await victim.start();
  },
};

const kill: Loss = {
  ...terminate,
  name: 'reattach-kill',
  title: 'kill -9 of the substrate that a transient is attached to',
  verb: 'killed',
  target: { of: 'p99', most: 300 },
  begin: (victim) => victim.kill(),
  end: (victim) => victim.start(),
};

const silent: Loss = {
  ...terminate,
  name: 'reattach-silent',
  title: 'Every packet between a transient and its substrate dropped without a word',
  verb: 'cut off',
  target: { of: 'max', most: 12_000 },
  isolated: true,
  begin: (victim, { network, transient }) => network?.cut([victim.place], [transient.place]),
  end: (_victim, { network }) => network?.heal(),
};

const all: Loss = {
  ...kill,
  name: 'reattach-all',
  title: 'kill -9 of every substrate, and their return',
  verb: 'first substrate back',
  target: { of: 'max', most: 2000 },
  takes: 'all',
};

/** A transient under load loses its parent in one way, again and again. */
export const REATTACH_DRILLS: readonly Drill[] = [terminate, kill, silent, all].map((loss) => ({
  name: loss.name,
  title: loss.title,
  isolated: loss.isolated,
  run: (options, progress) => measure(loss, options, progress),
}));

async function measure(loss: Loss, options: Options, progress: Progress): Promise<readonly Figure[]> {
  const network = loss.isolated ? new NamespaceNetwork(SUBSTRATES + 1) : undefined;
  const places = network?.places ?? (await loopbackPlaces(SUBSTRATES + 1));
  return withScene(places, network, options, async (scene) => {
    const runs: Run[] = [];
    for (let index = 0; index < options.runs; index += 1) {
      await delay(SETTLE_MS + Math.random() * PHASE_MS);
      const run = loss.takes === 'all' ? await loseAll(loss, scene) : await loseParent(loss, scene);
      runs.push(run);
      progress(`run ${index + 1} of ${options.runs}: back ${show(run.backMs)}, all shown ${show(run.shownMs)}`);
    }
    return figuresOf(loss, runs, await settle(scene, progress));
  });
}

async function withScene<T>(
  places: readonly Place[],
  network: NamespaceNetwork | undefined,
  { rate, environment }: Options,
  use: (scene: Scene) => Promise<T>,
): Promise<T> {
  const [first, ...others] = places;
  if (first === undefined) throw new Error('no place for a node');
  const cluster = new Cluster(others, environment);
  try {
    await cluster.start();
    const substrates = [...cluster.nodes];
    const transient = cluster.extend(first, { REPRAM_INBOUND: 'false' });
    await transient.start();
    const feed = new EventFeed(`http://${transient.endpoint}`);
    const standing = new Set(substrates);
    const up = new Ledger('up', rate, () => [transient]);
    const down = new Ledger('down', rate, () => [...standing]);
    const scene = { cluster, substrates, transient, feed, network, standing, up, down };
    await parentOf(scene);
    up.start();
    down.start();
    try {
      return await use(scene);
    } finally {
      feed.close();
      await Promise.all([up.end(), down.end()]);
    }
  } finally {
    await cluster.end();
  }
}

async function loseParent(loss: Loss, scene: Scene): Promise<Run> {
  const victim = await parentOf(scene);
  scene.standing.delete(victim);
  const sinceMs = performance.now();
  await loss.begin(victim, scene);
  const back = await scene.feed.next(isAttached(victim.id), { sinceMs, timeoutMs: TIMEOUT_MS });
  const shownMs = await shown(scene, sinceMs, back);
  await loss.end(victim, scene);
  await untilComplete(scene.substrates, RETURN_TIMEOUT_MS);
  scene.standing.add(victim);
  return { backMs: back && back.atMs - sinceMs, gapMs: back?.duration_ms, shownMs };
}

/** All of them at once; what counts is the time from the first that answers again. */
async function loseAll(loss: Loss, scene: Scene): Promise<Run> {
  scene.standing.clear();
  await Promise.all(scene.substrates.map((substrate) => loss.begin(substrate, scene)));
  await delay(Math.random() * 10_000);
  const [first, ...others] = scene.substrates;
  if (first === undefined) throw new Error('no substrate');
  await first.start();
  const sinceMs = performance.now();
  const back = await scene.feed.next(isAttached(undefined), { sinceMs: sinceMs - PHASE_MS, timeoutMs: TIMEOUT_MS });
  await Promise.all(others.map((other) => other.start()));
  await untilComplete(scene.substrates, RETURN_TIMEOUT_MS);
  for (const substrate of scene.substrates) scene.standing.add(substrate);
  const shownMs = await shown(scene, sinceMs, back && { ...back, atMs: performance.now() });
  return { backMs: back && Math.max(0, back.atMs - sinceMs), gapMs: back?.duration_ms, shownMs };
}

function isAttached(notTo: string | undefined): (event: FeedEvent) => boolean {
  return ({ kind, parent }) => kind === 'attached' && parent?.id !== notTo;
}

/** What was acknowledged by anybody since the loss. */
async function shown(
  { up, down, transient }: Scene,
  sinceMs: number,
  back: FeedEvent | undefined,
): Promise<number | undefined> {
  if (back === undefined) return undefined;
  const acknowledged = new Map([...up.snapshot(sinceMs), ...down.snapshot(sinceMs)]);
  return untilShown(transient, acknowledged, back.atMs, TIMEOUT_MS);
}

async function parentOf({ transient, substrates }: Scene): Promise<DrillNode> {
  const deadlineMs = performance.now() + TIMEOUT_MS;
  while (performance.now() < deadlineMs) {
    const id = await transient.api.parentId().catch(() => undefined);
    const parent = substrates.find((substrate) => substrate.id === id);
    if (parent !== undefined) return parent;
    await delay(10);
  }
  throw new Error(`${transient.id} is attached to nobody`);
}

/** Ends the load, and counts what was acknowledged and is not there, node by node. */
async function settle({ up, down, substrates, transient }: Scene, progress: Progress): Promise<Lost> {
  await Promise.all([up.end(), down.end()]);
  const nodes = [...substrates, transient];
  const acknowledged = new Map([...up.snapshot(), ...down.snapshot()]);
  await Promise.all(nodes.map((node) => untilShown(node, acknowledged, performance.now(), SHOWN_WITHIN_MS * 5)));
  for (const ledger of [up, down]) progress(`writes: ${JSON.stringify(ledger.answers)}`);
  const lackedOf = (ledger: Ledger): Promise<readonly number[]> =>
    Promise.all(nodes.map(async (node) => (await behind(node, ledger.snapshot())).size));
  return { own: await lackedOf(up), others: await lackedOf(down) };
}

function figuresOf({ verb, target, takes }: Loss, runs: readonly Run[], lost: Lost): readonly Figure[] {
  const back = runs.map(({ backMs }) => backMs);
  const gaps = runs.map(({ gapMs, backMs }) => (backMs === undefined ? undefined : (gapMs ?? 0)));
  const shownIn = runs.map(({ shownMs }) => shownMs);
  return [
    figureOf(`${verb} to attached again`, 'ms', back, target),
    ...(takes === 'all' ? [] : [figureOf('  of which without a parent', 'ms', gaps)]),
    figureOf('attached to showing all acknowledged meanwhile', 'ms', shownIn, { of: 'max', most: SHOWN_WITHIN_MS }),
    figureOf('acknowledged writes of the transient that a node lacks at the end', '', lost.own, NONE),
    // Where every substrate is killed at once, what they acknowledged a moment before may have reached nobody else.
    figureOf(
      'acknowledged writes of others that a node lacks at the end',
      '',
      lost.others,
      takes === 'all' ? undefined : NONE,
    ),
  ];
}

function show(ms: number | undefined): string {
  return ms === undefined ? 'NEVER' : `${Math.round(ms)} ms`;
}
