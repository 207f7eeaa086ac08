import type { World } from '../world/world.js';
import { type Convergence, convergenceBoundOf } from './convergence.js';
import type { ClientsSeeOneOrder } from './history.js';
import type { IdleWatch } from './idle.js';
import type { Invariant } from './invariant.js';
import type { Ledger } from './ledger.js';
import { INVARIANTS } from './names.js';
import type { Reattachment } from './reattachment.js';
import { checkReplicas, firstDifference, OUTLIVED_MS } from './replicas.js';

export interface AtRestOptions {
  /**
   * What is claimed of the replicas of an enclave. `equal`: all hold the same version of every key. `complete`: besides, no
   * acknowledged write is missing or superseded by an older one, which holds where no quorum lost its memory. Default
   * `equal`.
   */
  readonly replicas?: 'equal' | 'complete' | 'unclaimed';
  /** How long member tables may take to converge; `convergenceBoundMs` unless set. */
  readonly withinMs?: number;
  /** From the call, how long every transient may take to be attached; `REATTACHED_WITHIN_MS` unless set. */
  readonly attachedWithinMs?: number;
  /** How long after that replicas may take to become equal, where that is claimed; `EQUAL_WITHIN_MS` unless set. */
  readonly equalWithinMs?: number;
}

/** One interval of repair, in milliseconds. */
export const EQUAL_WITHIN_MS = 10_000;

/** How often replicas are compared until they are equal, in milliseconds. */
const LOOK_MS = 250;

/** How a world came to rest. Times in virtual milliseconds. */
export interface AtRestReport {
  /** From the call until every node listed exactly the processes that run. */
  readonly convergedAfterMs: number;
  /** From the call until every transient was attached, too. */
  readonly attachedAfterMs: number;
  /** From then until all replicas were equal; 0 where that is not claimed. */
  readonly equalAfterMs: number;
  /** From then, or from when member tables had converged, until nothing that began before was under way. */
  readonly quietAfterMs: number;
  /** At rest, requests and answers alike. */
  readonly messagesPerNodeSecond: number;
  readonly bytesPerNodeSecond: number;
}

export interface RestParts {
  readonly ledger: Ledger;
  readonly convergence: Convergence;
  readonly reattachment: Reattachment;
  readonly idle: IdleWatch;
  readonly history: ClientsSeeOneOrder;
  readonly invariants: readonly Invariant[];
}

/**
 * As long as a node of either kind goes on with a write besides its timeout: it may wait for seeds, and then be
 * forwarded.
 */
const WRITE_GRACE_MS = 7000;

/** The longest a message is on its way, in milliseconds. */
const LONGEST_TRANSIT_MS = 60_000;

/** How long a world at rest is watched for its idle rate, in milliseconds. */
export const IDLE_WINDOW_MS = 30_000;

/** Lets member tables converge and writes end, watches the world idle, and has every invariant look at it. */
export async function comeToRest(world: World, parts: RestParts, options: AtRestOptions): Promise<AtRestReport> {
  const { convergence, invariants, ledger, history } = parts;
  const convergedAfterMs = await converge(world, convergence, options.withinMs ?? convergenceBoundOf(world));
  const attachedAfterMs =
    convergedAfterMs + (await parts.reattachment.wait(options.attachedWithinMs, convergedAfterMs));
  const { replicas = 'equal' } = options;
  const areEqual = replicas !== 'unclaimed';
  const equalAfterMs = areEqual ? await equalise(world, ledger, options.equalWithinMs ?? EQUAL_WITHIN_MS) : 0;
  const quietAfterMs = await quieten(world);
  const { messages, bytes } = world.network.traffic;
  await idle(world, parts);
  const nodeSeconds = (Math.max(1, world.hosts.length) * IDLE_WINDOW_MS) / 1000;
  const report = {
    convergedAfterMs,
    attachedAfterMs,
    equalAfterMs,
    quietAfterMs,
    messagesPerNodeSecond: (world.network.traffic.messages - messages) / nodeSeconds,
    bytesPerNodeSecond: (world.network.traffic.bytes - bytes) / nodeSeconds,
  };
  for (const invariant of invariants) invariant.rest?.();
  if (areEqual) checkReplicas(world, ledger);
  history.judge(replicas === 'complete');
  await world.run(0);
  return report;
}

async function converge(world: World, convergence: Convergence, withinMs: number): Promise<number> {
  const beganMs = world.elapsedMs;
  if (!(await world.runUntil(() => convergence.isReached, withinMs))) {
    world.violated(INVARIANTS.convergence, `not within ${withinMs} ms: ${convergence.describe()}`);
    await world.run(0);
  }
  return world.elapsedMs - beganMs;
}

async function equalise(world: World, ledger: Ledger, withinMs: number): Promise<number> {
  const beganMs = world.elapsedMs;
  let difference = firstDifference(world, ledger);
  while (difference !== undefined) {
    const sinceMs = Math.max(beganMs, difference.countsFromMs);
    const limitMs = withinMs + (difference.isOutlived ? OUTLIVED_MS : 0);
    if (world.elapsedMs - sinceMs >= limitMs) {
      world.violated(difference.invariant, `not within ${limitMs} ms: ${difference.detail}`);
    }
    await world.run(LOOK_MS);
    difference = firstDifference(world, ledger);
  }
  return world.elapsedMs - beganMs;
}

async function quieten(world: World): Promise<number> {
  const beganMs = world.elapsedMs;
  const writeTimeoutMs = Math.max(0, ...world.nodes.map(({ config }) => config.writeTimeoutMs));
  await world.run(writeTimeoutMs + WRITE_GRACE_MS);
  // Nodes of the old protocol may never be quiet.
  const becomesQuiet = world.hosts.length === world.nodes.length;
  const isQuiet = await world.runUntil(() => world.network.inTransit === 0, LONGEST_TRANSIT_MS);
  if (becomesQuiet && !isQuiet) {
    world.violated(INVARIANTS.idle, `${world.network.inTransit} messages are still in transit`);
    await world.run(0);
  }
  return world.elapsedMs - beganMs;
}

/** Once the tables have converged nothing but a node of the old protocol, which remembers the dead, may change them. */
async function idle(world: World, { convergence, idle: watch }: RestParts): Promise<void> {
  const isSteady = convergence.isReached && world.hosts.length === world.nodes.length;
  watch.begin();
  await world.run(IDLE_WINDOW_MS);
  watch.end(IDLE_WINDOW_MS);
  if (isSteady && !convergence.isReached) world.violated(INVARIANTS.stability, convergence.describe());
}
