import { eventually } from '../wait.js';
import type { Arena } from './arena.js';
import type { Cluster } from './cluster.js';
import type { Kind } from './command.js';
import type { NodeProcess } from './node-process.js';

const CATCH_UP_MS = 5000;

/** What happened when one node was killed with SIGKILL and started again. Undefined times: not within the bound. */
export interface CrashTrial {
  readonly victim: NodeProcess;
  readonly evictions: readonly { readonly by: NodeProcess; readonly afterMs: number | undefined }[];
  readonly writes: readonly { readonly on: NodeProcess; readonly status: number; readonly elapsedMs: number }[];
  /** Until every node listed every other again, from the moment it was healthy. */
  readonly rejoinedMs: number | undefined;
  readonly rejoinError?: string;
  /** Until a write on a survivor, made after the return, could be read on it. */
  readonly servedMs: number | undefined;
  /** Whether a value written while it was away could be read on it within five seconds. */
  readonly caughtUp: boolean;
}

/** One victim of each kind, one after the other. */
export async function crashEachKind(arena: Arena): Promise<readonly CrashTrial[]> {
  const cluster = await arena.main();
  const victims = distinctKinds(cluster.nodes);
  const trials: CrashTrial[] = [];
  for (const victim of victims) trials.push(await crash(arena, cluster, victim));
  return trials;
}

function distinctKinds(nodes: readonly NodeProcess[]): readonly NodeProcess[] {
  const byKind = new Map<Kind, NodeProcess>();
  for (const node of nodes) byKind.set(node.kind, node);
  return [...byKind.values()];
}

async function crash(arena: Arena, cluster: Cluster, victim: NodeProcess): Promise<CrashTrial> {
  const survivors = cluster.nodes.filter((node) => node !== victim);
  await victim.kill();
  const evicting = Promise.all(survivors.map((node) => evictionBy(arena, node, victim)));
  const missed = arena.key(`missed-by-${victim.id}`);
  const writes = await writeOnEach(survivors, missed);
  const evictions = await evicting;
  await victim.restart(cluster.seedsFor(victim));
  const rejoin = await cluster.untilComplete(arena.options.topologyTimeoutMs).catch((error: Error) => error);
  const served = await arena
    .untilReadable(cluster.nodes, await writeAgain(arena, survivors, victim), 'again')
    .catch(() => undefined);
  const patience = { timeoutMs: Math.min(CATCH_UP_MS, arena.options.evictionTimeoutMs) };
  const caughtUp = await eventually('catch-up', patience, async () => {
    return (await victim.client.get(missed)).status === 200 ? true : undefined;
  }).catch(() => undefined);
  return {
    victim,
    evictions,
    writes,
    rejoinedMs: rejoin instanceof Error ? undefined : rejoin,
    ...(rejoin instanceof Error ? { rejoinError: rejoin.message } : {}),
    servedMs: served?.elapsedMs,
    caughtUp: caughtUp !== undefined,
  };
}

async function evictionBy(
  arena: Arena,
  by: NodeProcess,
  victim: NodeProcess,
): Promise<CrashTrial['evictions'][number]> {
  const patience = { timeoutMs: arena.options.evictionTimeoutMs, everyMs: 100 };
  const evicted = await eventually('eviction', patience, async () => {
    return (await by.client.peers()).has(victim.id) ? undefined : true;
  }).catch(() => undefined);
  return { by, afterMs: evicted?.elapsedMs };
}

async function writeOnEach(nodes: readonly NodeProcess[], key: string): Promise<CrashTrial['writes']> {
  const writes: CrashTrial['writes'][number][] = [];
  for (const on of nodes) {
    const { status, elapsedMs } = await on.client.put(key, 'while away').catch(() => ({ status: 0, elapsedMs: 0 }));
    writes.push({ on, status, elapsedMs });
  }
  return writes;
}

async function writeAgain(arena: Arena, survivors: readonly NodeProcess[], victim: NodeProcess): Promise<string> {
  const key = arena.key(`again-${victim.id}`);
  await survivors[0]?.client.put(key, 'again');
  return key;
}
