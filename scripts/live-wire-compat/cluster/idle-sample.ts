import { Recorder } from '../recorder/recorder.js';
import { quiet } from '../wait.js';
import type { Arena } from './arena.js';
import type { Cluster } from './cluster.js';
import { cpuSeconds } from './cpu.js';
import type { NodeProcess } from './node-process.js';

export interface IdleNode {
  readonly node: NodeProcess;
  /** Share of one core; undefined where there is no /proc. */
  readonly cpuPercent: number | undefined;
  /** `repram_` metrics that count messages, by how much they rose. Empty where the node has none. */
  readonly counters: Readonly<Record<string, number>>;
}

export interface IdleSample {
  readonly seconds: number;
  readonly cluster: readonly IdleNode[];
  /**
   * Clusters of two, the first kind with every other: each node knows one peer, which is fewer than replication - 1,
   * and that is what starts the storm between old nodes.
   */
  readonly pairs: readonly (readonly IdleNode[])[];
  /** Messages a second that a silent member of another enclave got from each node of the cluster. */
  readonly witnessed: readonly { readonly from: string; readonly perSecond: number; readonly types: string }[];
}

const SETTLE_MS = 2000;

/** Watches the main cluster and the pairs, all without any client, for the same while. */
export async function sampleIdle(arena: Arena): Promise<IdleSample> {
  const main = await arena.main();
  const pairs = await startPairs(arena);
  const witness = await joinAsWitness(arena, main.nodes);
  try {
    await quiet(SETTLE_MS);
    const mark = witness.inbox.mark();
    const seconds = arena.options.idleSeconds;
    const watched = [main, ...pairs];
    const meters = await Promise.all(watched.map((cluster) => Promise.all(cluster.nodes.map(openMeter))));
    await quiet(seconds * 1000);
    const [cluster = [], ...idlePairs] = await Promise.all(
      meters.map((readings) => Promise.all(readings.map((read) => read(seconds)))),
    );
    const witnessed = main.nodes.map((node) => {
      const messages = witness.inbox.messagesSince(mark, (message) => message.from === node.id);
      const types = [...new Set(messages.map((message) => message.type))].join(' ');
      return { from: node.name, perSecond: messages.length / seconds, types };
    });
    return { seconds, cluster, pairs: idlePairs, witnessed };
  } finally {
    await witness.close();
    await Promise.all(pairs.map((pair) => pair.stop()));
  }
}

async function startPairs(arena: Arena): Promise<readonly Cluster[]> {
  const pairs: Cluster[] = [];
  for (let index = 1; index < Math.max(2, arena.options.kinds.length); index += 1) {
    const pair = arena.newCluster({ prefix: `wc-${arena.run}-pair-${index}` });
    await pair.add(arena.kindAt(0));
    await pair.add(arena.kindAt(index));
    await pair.untilComplete(arena.options.topologyTimeoutMs);
    pairs.push(pair);
  }
  return pairs;
}

/** A member of an enclave of its own: it hears topology and probes, counts in no quorum and holds no data. */
async function joinAsWitness(arena: Arena, nodes: readonly NodeProcess[]): Promise<Recorder> {
  const id = `wc-${arena.run}-witness`;
  const witness = await Recorder.open({ id, enclave: `${id}-only`, address: '127.0.0.1' });
  for (const node of nodes) witness.book.give(node.id, node.url);
  for (const node of nodes) await witness.bootstrap(node.url);
  return witness;
}

type Meter = (seconds: number) => Promise<IdleNode>;

async function openMeter(node: NodeProcess): Promise<Meter> {
  const countersBefore = await node.client.metrics().catch(() => new Map<string, number>());
  const cpuBefore = cpuSeconds(node.pid);
  return async (seconds) => {
    const cpuAfter = cpuSeconds(node.pid);
    const countersAfter = await node.client.metrics().catch(() => new Map<string, number>());
    const counters: Record<string, number> = {};
    for (const [name, value] of countersAfter) {
      const rise = value - (countersBefore.get(name) ?? 0);
      if (/(gossip|message|sync|ping)/.test(name) && name.endsWith('_total') && rise > 0) counters[name] = rise;
    }
    const used = cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore;
    return { node, cpuPercent: used === undefined ? undefined : (100 * used) / seconds, counters };
  };
}
