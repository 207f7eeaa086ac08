import { setTimeout as delay } from 'node:timers/promises';
import type { DrillNode } from './drill-node.js';
import type { Listed } from './node-api.js';

export const POLL_MS = 20;

export type Members = ReadonlyMap<string, Listed>;

export interface Watch {
  readonly timeoutMs: number;
  /** Reading of `performance.now()` from which times count: the call, unless given. */
  readonly sinceMs?: number;
  readonly everyMs?: number;
}

/**
 * Looks at the list of each node, each at its own pace, until it satisfies. A node that does not answer is asked again.
 *
 * @returns for each node, milliseconds until it did; `undefined` where the time ran out
 */
export function untilEach(
  nodes: readonly DrillNode[],
  { timeoutMs, sinceMs = performance.now(), everyMs = POLL_MS }: Watch,
  satisfies: (node: DrillNode, listed: Members) => boolean,
): Promise<readonly (number | undefined)[]> {
  return Promise.all(
    nodes.map((node) =>
      msUntil({ timeoutMs, sinceMs, everyMs }, async () => satisfies(node, await node.api.members())),
    ),
  );
}

/** Milliseconds until `holds`; one that throws does not hold yet. `undefined` where the time ran out. */
export async function msUntil(
  { timeoutMs, sinceMs = performance.now(), everyMs = POLL_MS }: Watch,
  holds: () => Promise<boolean>,
): Promise<number | undefined> {
  while (performance.now() - sinceMs < timeoutMs) {
    const askedMs = performance.now();
    if (await holds().catch(() => false)) return performance.now() - sinceMs;
    await delay(Math.max(0, askedMs + everyMs - performance.now()));
  }
  return undefined;
}
