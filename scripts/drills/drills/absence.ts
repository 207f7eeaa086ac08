import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../drill.js';
import { type Figure, figureOf } from '../figure.js';
import { type Cluster, untilComplete } from '../nodes/cluster.js';
import type { DrillNode } from '../nodes/drill-node.js';
import { countEvictions, excessEvictions } from '../nodes/evictions.js';
import { type Members, untilEach } from '../nodes/watch.js';

/** One way of being away. */
export interface Absence {
  /** What happens to the victim, in a word. */
  readonly verb: string;
  begin(victim: DrillNode): Promise<void> | void;
  end(victim: DrillNode): Promise<void> | void;
  /** Whether its counters begin anew. */
  readonly restarts: boolean;
  /** How many members the victim may take for dead, as it sees no more of them than they of it. */
  readonly evictionsOfVictim: number;
}

export interface AbsencePlan {
  readonly runs: number;
  readonly evictedWithinMs: number;
  readonly evictionTimeoutMs: number;
}

interface Run {
  readonly evictedMs: number | undefined;
  readonly returnedMs: number;
  readonly falseEvictions: number;
}

const RETURN_TIMEOUT_MS = 120_000;
/** Between two runs: members get to know each other's state, and the next fault comes at any phase of a period. */
const SETTLE_MS = 1500;
const PHASE_MS = 1000;

/** Takes one node after the other away, and back. */
export async function measureAbsence(
  cluster: Cluster,
  absence: Absence,
  { runs, evictedWithinMs, evictionTimeoutMs }: AbsencePlan,
  progress: Progress,
): Promise<readonly Figure[]> {
  const done: Run[] = [];
  for (let index = 0; index < runs; index += 1) {
    await delay(SETTLE_MS + Math.random() * PHASE_MS);
    const run = await runOnce(cluster, cluster.node(index % cluster.nodes.length), absence, evictionTimeoutMs);
    done.push(run);
    progress(`run ${index + 1} of ${runs}: ${describe(run)}`);
  }
  const evicted = done.map((run) => run.evictedMs);
  const target = { of: 'p99', most: evictedWithinMs } as const;
  return [
    figureOf(`${absence.verb} to gone from every list`, 'ms', evicted, target),
    figureOf(
      'back to listed by all, and listing all',
      'ms',
      done.map((run) => run.returnedMs),
    ),
    figureOf(
      'evictions of healthy members',
      '',
      done.map((run) => run.falseEvictions),
      { of: 'max', most: 0 },
    ),
  ];
}

async function runOnce(cluster: Cluster, victim: DrillNode, absence: Absence, evictionTimeoutMs: number): Promise<Run> {
  const survivors = cluster.without(victim);
  const before = await countEvictions(absence.restarts ? survivors : cluster.nodes);
  const missedByOthers = new Set<string>();

  const sinceMs = performance.now();
  await absence.begin(victim);
  const gone = await untilEach(survivors, { timeoutMs: evictionTimeoutMs, sinceMs }, (node, listed) => {
    for (const other of absentAmong(survivors, node, listed)) missedByOthers.add(`${node.id} ${other.id}`);
    return !listed.has(victim.id);
  });

  const backMs = performance.now();
  await absence.end(victim);
  await untilComplete(cluster.nodes, RETURN_TIMEOUT_MS);
  const returnedMs = performance.now() - backMs;
  const after = await countEvictions(cluster.nodes);
  const excess = excessEvictions(before, after, (node) => (node === victim ? absence.evictionsOfVictim : 1));
  return {
    evictedMs: gone.includes(undefined) ? undefined : Math.max(...gone.map((ms) => ms ?? 0)),
    returnedMs,
    falseEvictions: Math.max(excess, missedByOthers.size),
  };
}

function absentAmong(nodes: readonly DrillNode[], viewer: DrillNode, listed: Members): readonly DrillNode[] {
  return nodes.filter((other) => other !== viewer && !listed.has(other.id));
}

function describe({ evictedMs, returnedMs, falseEvictions }: Run): string {
  const gone = evictedMs === undefined ? 'NOT gone' : `gone after ${Math.round(evictedMs)} ms`;
  const wrong = falseEvictions === 0 ? '' : `, ${falseEvictions} evictions of healthy members`;
  return `${gone}, back after ${Math.round(returnedMs)} ms${wrong}`;
}
