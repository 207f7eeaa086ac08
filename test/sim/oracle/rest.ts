import type { World } from '../world/world.js';
import { type Convergence, convergenceBoundOf } from './convergence.js';
import type { Invariant } from './invariant.js';
import { INVARIANTS } from './names.js';

export interface AtRestOptions {
  /**
   * Whether all replicas of an enclave are claimed to hold the same version of every key: not where a node was away while
   * something was written, as long as there is no repair, nor where writes are sampled. Default `unclaimed`.
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

/** As long as a node of either kind goes on with a write, and a little more, in milliseconds. */
const WRITE_TIME_MS = 7000;

/** The longest a message is on its way, in milliseconds. */
const LONGEST_TRANSIT_MS = 60_000;

/** How long a world at rest is watched for its idle rate, in milliseconds. */
export const IDLE_WINDOW_MS = 30_000;

/** Lets member tables converge and writes end, watches the world idle, and has every invariant look at it. */
export async function comeToRest(
  world: World,
  convergence: Convergence,
  invariants: readonly Invariant[],
  options: AtRestOptions,
): Promise<AtRestReport> {
  const convergedAfterMs = await converge(world, convergence, options.withinMs ?? convergenceBoundOf(world));
  const quietAfterMs = await quieten(world);
  const { messages, bytes } = world.network.traffic;
  await world.run(IDLE_WINDOW_MS);
  const nodeSeconds = (Math.max(1, world.hosts.length) * IDLE_WINDOW_MS) / 1000;
  for (const invariant of invariants) invariant.rest?.();
  await world.run(0);
  return {
    convergedAfterMs,
    quietAfterMs,
    messagesPerNodeSecond: (world.network.traffic.messages - messages) / nodeSeconds,
    bytesPerNodeSecond: (world.network.traffic.bytes - bytes) / nodeSeconds,
  };
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
  await world.run(WRITE_TIME_MS);
  await world.runUntil(() => world.network.inTransit === 0, LONGEST_TRANSIT_MS);
  return world.elapsedMs - beganMs;
}
