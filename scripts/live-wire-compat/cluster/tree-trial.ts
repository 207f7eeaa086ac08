import { Nursery } from '../single/nursery.js';
import { Subject } from '../single/subject.js';
import type { ParentRecorder } from '../tree/parent-recorder.js';
import { eventually, messageOf } from '../wait.js';
import type { Arena } from './arena.js';
import { distinctKinds } from './by-kind.js';
import type { Cluster } from './cluster.js';
import type { Kind } from './command.js';
import type { NodeProcess } from './node-process.js';
import { TransientBench } from './transient-bench.js';

/** What a kind can be in a tree; text says why it cannot. */
export interface Modes {
  readonly kind: Kind;
  readonly parent: true | string;
  readonly transient: true | string;
}

/** Three substrates and a transient under the first of them, or why there is no such tree. */
export interface Tree {
  readonly parentKind: Kind;
  readonly childKind: Kind;
  readonly name: string;
  readonly planted: Planted | string;
}

export interface Planted {
  readonly cluster: Cluster;
  readonly substrates: readonly NodeProcess[];
  readonly transient: NodeProcess;
}

const SUBSTRATES = 3;
const WRITE_MS = 20_000;

/** What each kind can be. */
export async function modesOfKinds(arena: Arena): Promise<readonly Modes[]> {
  const modes: Modes[] = [];
  for (const kind of distinctKinds(arena)) {
    modes.push({ kind, parent: await canBeParent(arena, kind), transient: await canBeTransient(arena, kind) });
  }
  return modes;
}

async function canBeParent(arena: Arena, kind: Kind): Promise<true | string> {
  const cluster = arena.newCluster({ prefix: `wc-${arena.run}-mode` });
  try {
    const { url } = await cluster.add(kind);
    const nursery = new Nursery(await Subject.meet({ url, strict: true }));
    const found = await nursery.attach('probe').catch(messageOf);
    await nursery.close();
    return typeof found === 'string' ? found : true;
  } finally {
    await cluster.stop();
  }
}

async function canBeTransient(arena: Arena, kind: Kind): Promise<true | string> {
  const bench = new TransientBench(arena, kind);
  try {
    const parent: ParentRecorder = await bench.parent('mode');
    await bench.start([parent]);
    const found = await parent.visit(0, bench.attachMs).catch(messageOf);
    return typeof found === 'string' ? found : true;
  } finally {
    await bench.close();
  }
}

/** A tree for each kind as the parent and each as the transient. */
export async function plantTrees(arena: Arena): Promise<readonly Tree[]> {
  const modes = await arena.found(modesOfKinds);
  const trees: Tree[] = [];
  for (const parent of modes) {
    for (const child of modes) trees.push(await plant(arena, parent, child));
  }
  return trees;
}

async function plant(arena: Arena, parent: Modes, child: Modes): Promise<Tree> {
  const [parentKind, childKind] = [parent.kind, child.kind];
  const name = `${childKind.label} under ${parentKind.label}`;
  const about = { parentKind, childKind, name };
  if (parent.parent !== true) return { ...about, planted: `${parentKind.label} takes no children: ${parent.parent}` };
  if (child.transient !== true)
    return { ...about, planted: `${childKind.label} attaches to nobody: ${child.transient}` };
  const index = arena.options.kinds.indexOf(parentKind) * arena.options.kinds.length;
  const prefix = `wc-${arena.run}-tree-${index + arena.options.kinds.indexOf(childKind)}`;
  const cluster = arena.newCluster({ prefix });
  const first = arena.options.kinds.indexOf(parentKind);
  for (let n = 0; n < SUBSTRATES; n += 1) await cluster.add(arena.kindAt(first + n));
  await cluster.untilComplete(arena.options.topologyTimeoutMs);
  const substrates = [...cluster.nodes];
  const [seed] = substrates;
  const transient = await cluster.add(childKind, {
    peers: seed === undefined ? [] : [seed.endpoint],
    environment: { REPRAM_INBOUND: 'false' },
  });
  await untilWritesPass(arena, transient, `planted-${name}`);
  return { ...about, planted: { cluster, substrates, transient } };
}

/** A write on the node is 201: it is attached, and what it says goes on. */
export async function untilWritesPass(arena: Arena, node: NodeProcess, what: string): Promise<number> {
  const patience = { timeoutMs: WRITE_MS };
  const { elapsedMs } = await eventually(`a write on ${node.name} is 201 (${what})`, patience, async () => {
    const { status } = await node.client.put(arena.key(what), 'x');
    if (status !== 201) throw new Error(`answered ${status}`);
    return true;
  });
  return elapsedMs;
}
