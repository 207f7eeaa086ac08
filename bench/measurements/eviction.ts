import { setTimeout as delay } from 'node:timers/promises';
import type { NodeProcess } from '../../scripts/live-wire-compat/cluster/node-process.js';
import { withNodes } from '../arena.js';
import type { Conditions, Measurement, Sample } from '../measurement.js';

const POLL_MS = 10;

/** For every member to have been probed once, as it would be in a cluster that has run for a while. */
const SETTLE_MS = 3000;

export const eviction: Measurement = {
  id: 'eviction',
  title: 'One of three killed (SIGKILL) and restarted',
  figures: ({ evictionTimeoutMs }) => {
    const bound = `(none: not within ${evictionTimeoutMs / 1000} s)`;
    return [
      { id: 'eviction.gone', title: `gone from both survivors ${bound}`, unit: 'ms', better: 'lower' },
      { id: 'eviction.back', title: 'process start to back in every list', unit: 'ms', better: 'lower' },
    ];
  },
  run: ({ kind, evictionTimeoutMs }: Conditions): Promise<Sample> =>
    withNodes(kind, 3, async (nodes, cluster) => {
      const victim = nodes[2];
      if (victim === undefined) throw new TypeError('a cluster of three has no third node');
      const survivors = nodes.filter((node) => node !== victim);
      await delay(SETTLE_MS);

      const killedMs = performance.now();
      await victim.kill();
      const gone = await msUntil(killedMs, evictionTimeoutMs, () => every(survivors, (node) => lacks(node, [victim])));

      const startedMs = performance.now();
      await victim.restart(cluster.seedsFor(victim));
      const back = await msUntil(startedMs, evictionTimeoutMs, () =>
        every(nodes, (node) => lists(node, without(nodes, node))),
      );
      return { 'eviction.gone': gone, 'eviction.back': back };
    }),
};

/** Milliseconds from `sinceMs` until `holds` did; `undefined` where the time ran out. */
async function msUntil(sinceMs: number, timeoutMs: number, holds: () => Promise<boolean>): Promise<number | undefined> {
  while (performance.now() - sinceMs < timeoutMs) {
    if (await holds()) return performance.now() - sinceMs;
    await delay(POLL_MS);
  }
  return undefined;
}

async function every(nodes: readonly NodeProcess[], holds: (node: NodeProcess) => Promise<boolean>): Promise<boolean> {
  return (await Promise.all(nodes.map(holds))).every((held) => held);
}

async function lists(node: NodeProcess, others: readonly NodeProcess[]): Promise<boolean> {
  const peers = await node.client.peers();
  return others.every((other) => peers.has(other.id));
}

async function lacks(node: NodeProcess, others: readonly NodeProcess[]): Promise<boolean> {
  const peers = await node.client.peers();
  return others.every((other) => !peers.has(other.id));
}

function without(nodes: readonly NodeProcess[], left: NodeProcess): readonly NodeProcess[] {
  return nodes.filter((node) => node !== left);
}
