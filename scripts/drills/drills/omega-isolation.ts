import { setTimeout as delay } from 'node:timers/promises';
import type { Drill } from '../drill.js';
import { type Figure, figureOf } from '../figure.js';
import { NamespaceNetwork } from '../network/namespaces.js';
import type { DrillNode, Place } from '../nodes/drill-node.js';
import { msUntil, untilEach } from '../nodes/watch.js';
import { ListPublisher } from '../omega/list-publisher.js';
import { RootedCluster } from '../omega/rooted-cluster.js';
import { EventFeed, type FeedEvent } from '../tree/event-feed.js';

const NODES = 5;
/** Of the nodes that take the place of others, on the machines of those. */
const NEW_PORT = 8081;
/** The default of `--recovery-interval`. */
const TICK_MS = 30_000;
const AFTER_TICK_MS = 5000;
const AFTER_EVICTION_MS = 1000;
const TIMEOUT_MS = 90_000;

/**
 * When the path of the lost node returns. `tick`: long after it has lost everybody, at a random moment, so that a tick has
 * to find the way. `eviction`: while it still holds on to somebody, so that the last eviction sets the cycle off.
 */
type Return = 'tick' | 'eviction';

interface Run {
  /** From the tick or the eviction, and from the return of the path, until the lost node and the new ones list each other. */
  readonly foundMs: number | undefined;
  readonly sincePathMs: number | undefined;
  /** Recovery cycles that began after the return of the path, and the most at the same time. */
  readonly cycles: number;
  readonly atATime: number;
  /** Joins of the lost node that the new ones have seen, and of theirs that it has, beyond one of each. */
  readonly duplicates: number;
}

/** The lost node, and what happened to it and to the new ones. */
interface Scene {
  readonly network: NamespaceNetwork;
  readonly lost: DrillNode;
  readonly fresh: readonly DrillNode[];
  readonly feeds: ReadonlyMap<DrillNode, EventFeed>;
}

function isolation(when: Return): Drill {
  return {
    name: `omega-${when}`,
    title: `One of ${NODES} loses everybody, who are replaced on new ports, and a new list is published`,
    isolated: true,
    async run({ runs, environment }, progress) {
      // One more for whoever publishes the list.
      const network = new NamespaceNetwork(NODES + 1);
      const done: Run[] = [];
      for (let index = 0; index < runs; index += 1) {
        const run = await runOnce(network, environment, when);
        done.push(run);
        progress(`run ${index + 1} of ${runs}: ${describe(run, when)}`);
      }
      return figuresOf(done, when);
    },
  };
}

export const OMEGA_ISOLATION_DRILLS: readonly Drill[] = [isolation('tick'), isolation('eviction')];

async function runOnce(
  network: NamespaceNetwork,
  environment: Readonly<Record<string, string>>,
  when: Return,
): Promise<Run> {
  const places = [...network.places];
  const publishing = places.pop();
  if (publishing === undefined) throw new Error('no place to publish from');
  const publisher = await ListPublisher.open(publishing);
  const cluster = new RootedCluster(publisher, environment);
  const feeds = new Map<DrillNode, EventFeed>();
  try {
    const old = places.map((place) => cluster.add(place));
    const [lost, ...others] = old;
    if (lost === undefined) throw new Error('no node to be lost');
    await cluster.found(old);
    feeds.set(lost, new EventFeed(`http://${lost.endpoint}`));

    const cutMs = performance.now();
    network.cut(
      [lost.place],
      network.places.filter((place) => place !== lost.place),
    );
    await Promise.all(others.map((node) => node.kill()));
    const fresh = others.map(({ place }) => cluster.add(newPlace(place)));
    await cluster.found(fresh);
    for (const node of fresh) feeds.set(node, new EventFeed(`http://${node.endpoint}`));
    const scene = { network, lost, fresh, feeds };
    return when === 'tick' ? await returnAtRandom(scene, cutMs) : await returnBeforeLastEviction(scene, cutMs);
  } finally {
    network.heal();
    for (const feed of feeds.values()) feed.close();
    await cluster.end();
    await publisher.close();
  }
}

function newPlace(place: Place): Place {
  return { ...place, port: NEW_PORT };
}

/** The lost node has been alone for a while; the path returns at any phase of the period of its ticks. */
async function returnAtRandom(scene: Scene, cutMs: number): Promise<Run> {
  const { lost, feeds } = scene;
  const alone = await feeds.get(lost)?.next(isCycleStart, { sinceMs: cutMs, timeoutMs: TIMEOUT_MS });
  if (alone === undefined) return { foundMs: undefined, sincePathMs: undefined, cycles: 0, atATime: 0, duplicates: 0 };
  await delay(Math.random() * TICK_MS);
  const pathMs = performance.now();
  const tickMs = lost.upMs + Math.ceil((pathMs - lost.upMs) / TICK_MS) * TICK_MS;
  return outcomeOf(scene, cutMs, pathMs, () => tickMs);
}

/** The path returns at the first eviction: those that are left refuse, as nobody listens there any more. */
async function returnBeforeLastEviction(scene: Scene, cutMs: number): Promise<Run> {
  const { lost, feeds } = scene;
  const feed = feeds.get(lost);
  await feed?.next(isEviction, { sinceMs: cutMs, timeoutMs: TIMEOUT_MS });
  const pathMs = performance.now();
  return outcomeOf(scene, cutMs, pathMs, () => feed?.all(isEviction, cutMs).at(-1)?.atMs ?? pathMs);
}

async function outcomeOf(scene: Scene, cutMs: number, pathMs: number, triggerMs: () => number): Promise<Run> {
  const { network, lost, fresh, feeds } = scene;
  network.heal();
  const watch = { timeoutMs: TIMEOUT_MS, sinceMs: pathMs };
  const [seen, sees] = await Promise.all([
    untilEach(fresh, watch, (_, listed) => listed.has(lost.id)),
    msUntil(watch, async () => {
      const listed = await lost.api.members();
      return fresh.every(({ id }) => listed.has(id));
    }),
  ]);
  const times = [...seen, sees];
  const sincePathMs = times.includes(undefined) ? undefined : Math.max(...times.map((ms) => ms ?? 0));
  // Time for a second cycle or a second join to show.
  await delay(TICK_MS / 10);
  return {
    foundMs: sincePathMs === undefined ? undefined : Math.max(0, pathMs + sincePathMs - triggerMs()),
    sincePathMs,
    cycles: feeds.get(lost)?.all(isCycleStart, pathMs).length ?? 0,
    atATime: mostCyclesAtATime(feeds.get(lost)?.all(({ kind }) => kind.startsWith('recovery-'), cutMs) ?? []),
    duplicates: duplicatesOf(scene, cutMs),
  };
}

function mostCyclesAtATime(events: readonly FeedEvent[]): number {
  let [running, most] = [0, 0];
  for (const event of events) {
    running += isCycleStart(event) ? 1 : -1;
    most = Math.max(most, running);
  }
  return most;
}

function duplicatesOf({ lost, fresh, feeds }: Scene, cutMs: number): number {
  const joins = (viewer: DrillNode, id: string): number =>
    feeds.get(viewer)?.all(({ kind, member }) => JOINED.includes(kind) && member?.id === id, cutMs).length ?? 0;
  const counts = fresh.flatMap((node) => [joins(node, lost.id), joins(lost, node.id)]);
  return counts.reduce((sum, count) => sum + Math.max(0, count - 1), 0);
}

const JOINED: readonly string[] = ['joined', 'returned'];

function isEviction({ kind }: FeedEvent): boolean {
  return kind === 'evicted';
}

function isCycleStart({ kind }: FeedEvent): boolean {
  return kind === 'recovery-started';
}

function figuresOf(runs: readonly Run[], when: Return): readonly Figure[] {
  const [from, most] =
    when === 'tick' ? ['next tick after the path is back', AFTER_TICK_MS] : ['last eviction', AFTER_EVICTION_MS];
  const found = runs.map((run) => run.foundMs);
  const sincePath = runs.map((run) => run.sincePathMs);
  const cycles = runs.map((run) => run.cycles);
  const atATime = runs.map((run) => run.atATime);
  const duplicates = runs.map((run) => run.duplicates);
  return [
    figureOf(`${from} to listed by all the new ones, and listing them`, 'ms', found, { of: 'max', most }),
    figureOf('path back to the same', 'ms', sincePath),
    figureOf('recovery cycles begun after the return of the path', '', cycles, { of: 'max', most: 1 }),
    figureOf('recovery cycles at the same time', '', atATime, { of: 'max', most: 1 }),
    figureOf('joins seen more than once', '', duplicates, { of: 'max', most: 0 }),
  ];
}

function describe({ foundMs, sincePathMs, cycles, duplicates }: Run, when: Return): string {
  if (foundMs === undefined || sincePathMs === undefined) return 'NOT found';
  const rest = `${cycles} cycles${duplicates === 0 ? '' : `, ${duplicates} duplicate joins`}`;
  return `${Math.round(foundMs)} ms after the ${when}, ${Math.round(sincePathMs)} ms after the path, ${rest}`;
}
