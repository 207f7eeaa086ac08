import type { World } from '../world/world.js';
import { type Convergence, convergenceBoundOf } from './convergence.js';
import type { ClientsSeeOneOrder } from './history.js';
import type { IdleWatch } from './idle.js';
import type { Invariant } from './invariant.js';
import type { Ledger } from './ledger.js';
import { INVARIANTS } from './names.js';
import { checkReplicas } from './replicas.js';

export interface AtRestOptions {
  /**
   * Whether all replicas of an enclave are claimed to hold the same version of every key: not where a node was away
   * while something was written, as long as there is no repair, nor where writes are sampled. Default `unclaimed`.
   */
  readonly replicas?: 'equal' | 'unclaimed';
  /** How long member tables may take to converge; `convergenceBoundMs` unless set. */
  readonly withinMs?: number;
}

/** How a world came to rest. Times in virtual milliseconds. */
export interface AtRestReport {
  /** From the call until every node listed exactly the processes that run. */
  readonly convergedAfterMs: number;
  /** From then until nothing that began before was under way. */
  readonly quietAfterMs: number;
  /** At rest, requests and answers alike. */
  readonly messagesPerNodeSecond: number;
  readonly bytesPerNodeSecond: number;
}

export interface RestParts {
  readonly ledger: Ledger;
  readonly convergence: Convergence;
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
  const quietAfterMs = await quieten(world);
  const { messages, bytes } = world.network.traffic;
  await idle(world, parts);
  const nodeSeconds = (Math.max(1, world.hosts.length) * IDLE_WINDOW_MS) / 1000;
  const report = {
    convergedAfterMs,
    quietAfterMs,
    messagesPerNodeSecond: (world.network.traffic.messages - messages) / nodeSeconds,
    bytesPerNodeSecond: (world.network.traffic.bytes - bytes) / nodeSeconds,
  };
  for (const invariant of invariants) invariant.rest?.();
  const isComplete = options.replicas === 'equal';
  if (isComplete) checkReplicas(world, ledger);
  history.judge(isComplete);
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
