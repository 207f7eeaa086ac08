import { type Check, Deviations, deviation, failed, type Group, passed, skipped, type Verdict } from '../check.js';
import { expect, expectEqual } from '../expect.js';
import { messageOf, quiet } from '../wait.js';
import type { Arena } from './arena.js';
import { sumUp } from './by-kind.js';
import type { NodeProcess } from './node-process.js';
import { type Planted, plantTrees, type Tree, untilWritesPass } from './tree-trial.js';

const REFERENCE = 'WebSocket attachment';
const QUIET_MS = 1000;

interface TreeRule {
  readonly id: string;
  readonly title: string;
  readonly run: (arena: Arena, tree: Tree, planted: Planted) => Promise<Verdict>;
}

/** A rule that is held against a tree of each two kinds. */
function treeCheck({ run, ...rule }: TreeRule): Check<Arena> {
  return {
    ...rule,
    reference: REFERENCE,
    level: 'required',
    async run(arena) {
      const verdicts: [string, Verdict][] = [];
      for (const tree of await arena.found(plantTrees)) verdicts.push([tree.name, await judge(arena, tree, run)]);
      return sumUp(verdicts);
    },
  };
}

async function judge(arena: Arena, tree: Tree, run: TreeRule['run']): Promise<Verdict> {
  const { planted, parentKind, childKind } = tree;
  try {
    if (typeof planted !== 'string') return await run(arena, tree, planted);
    const isDue = arena.isStrictFor(parentKind) && arena.isStrictFor(childKind);
    return isDue ? failed(planted) : skipped(planted);
  } catch (error) {
    return failed(messageOf(error));
  }
}

const up = treeCheck({
  id: 'tree.writes-up',
  title: 'A write on a transient is 201 and readable on every substrate',
  async run(arena, { name }, { transient, substrates }) {
    const key = arena.key(`up-${name}`);
    expectEqual((await transient.client.put(key, Buffer.from([0, 255, 128]))).status, 201, 'PUT on the transient');
    const { elapsedMs } = await arena.untilReadable([transient, ...substrates], key, Buffer.from([0, 255, 128]));
    return passed(`within ${Math.round(elapsedMs)} ms`);
  },
});

const down = treeCheck({
  id: 'tree.writes-down',
  title: 'A write on any substrate is readable on the transient',
  async run(arena, { name, parentKind }, { transient, substrates }) {
    const found = new Deviations();
    for (const [index, node] of substrates.entries()) {
      const key = arena.key(`down-${index}-${name}`);
      expectEqual((await node.client.put(key, 'down')).status, 201, `PUT on ${node.name}`);
      const isThere = await arrives(arena, transient, key, 'down');
      // Only what clients write on the parent itself is known to be kept from the children of some.
      expect(isThere || index === 0, `what is written on ${node.name} does not reach the transient`);
      found.unless(isThere, 'known defect: what clients write on the parent does not reach its child');
    }
    return found.verdict(arena.isStrictFor(parentKind));
  },
});

const overwrites = treeCheck({
  id: 'tree.overwrites',
  title: 'The later of a write on a transient and one on a substrate is what every node has',
  async run(arena, { name }, { transient, substrates }) {
    const [, second] = substrates;
    const key = arena.key(`tree-over-${name}`);
    await transient.client.put(key, 'first, on the transient');
    await arena.untilReadable([transient, ...substrates], key, 'first, on the transient');
    await second?.client.put(key, 'second, on a substrate');
    await arena.untilReadable([transient, ...substrates], key, 'second, on a substrate');
    await transient.client.put(key, 'third');
    await arena.untilReadable([transient, ...substrates], key, 'third');
    return passed();
  },
});

const apart = treeCheck({
  id: 'tree.not-listed',
  title: 'No substrate lists the transient as a peer',
  async run(arena, { parentKind, childKind }, { transient, substrates }) {
    await quiet(QUIET_MS);
    const found = new Deviations();
    for (const node of substrates) {
      found.unless(!(await node.client.peers()).has(transient.id), `listed by ${node.name}`);
    }
    return found.verdict(arena.isStrictFor(parentKind) && arena.isStrictFor(childKind));
  },
});

/** The parent goes, is started again at the end, and meanwhile the transient has another. */
async function withoutParent(
  arena: Arena,
  { name, childKind }: Tree,
  { cluster, transient, substrates: [parent, ...others] }: Planted,
  go: (parent: NodeProcess) => Promise<void>,
): Promise<Verdict> {
  expect(parent !== undefined, 'no parent');
  const how = go === kill ? 'killed' : 'stopped';
  await go(parent);
  try {
    const backMs = await untilWritesPass(arena, transient, `${how}-${name}`).catch(messageOf);
    if (typeof backMs === 'string') return deviation(arena.isStrictFor(childKind), backMs);
    const found = await whoReaches(arena, transient, others, `after-${how}-${name}`);
    return found.verdict(
      arena.options.kinds.every((kind) => arena.isStrictFor(kind)),
      backText(backMs),
    );
  } finally {
    await parent.restart(others.map((node) => node.endpoint));
    await cluster.untilComplete(arena.options.topologyTimeoutMs, [parent, ...others]);
  }
}

function backText(backMs: number): string {
  return `a write is 201 again after ${Math.round(backMs)} ms`;
}

/** One of the substrates is the parent now, whose clients' writes may be kept from its child. The others' have to arrive. */
async function whoReaches(
  arena: Arena,
  transient: NodeProcess,
  substrates: readonly NodeProcess[],
  name: string,
): Promise<Deviations> {
  const found = new Deviations();
  let reached = 0;
  for (const node of substrates) {
    const key = arena.key(`${name}-${node.id}`);
    await node.client.put(key, 'after');
    const isThere = await arrives(arena, transient, key, 'after');
    if (isThere) reached += 1;
    found.unless(isThere, `what clients write on ${node.name} does not reach the transient`);
  }
  expect(reached >= substrates.length - 1, 'writes do not reach the transient any more');
  return found;
}

async function arrives(arena: Arena, node: NodeProcess, key: string, value: string): Promise<boolean> {
  return arena.untilReadable([node], key, value).then(
    () => true,
    () => false,
  );
}

const kill = (parent: NodeProcess): Promise<void> => parent.kill();
const stop = (parent: NodeProcess): Promise<void> => parent.stop();

const stopped = treeCheck({
  id: 'tree.parent-stopped',
  title: 'When its parent is stopped, a transient has another, writes through it and gets writes',
  run: (arena, tree, planted) => withoutParent(arena, tree, planted, stop),
});

const killed = treeCheck({
  id: 'tree.parents-killed',
  title: 'After kill -9 of each substrate in turn, a transient has another parent, writes through it and gets writes',
  async run(arena, tree, planted) {
    const verdicts: [string, Verdict][] = [];
    // Whoever is its parent by now is among them.
    for (const victim of planted.substrates) {
      const substrates = [victim, ...planted.substrates.filter((node) => node !== victim)];
      verdicts.push([victim.id, await withoutParent(arena, tree, { ...planted, substrates }, kill)]);
    }
    return sumUp(verdicts);
  },
});

export const treesGroup: Group<Arena> = {
  title: 'Trees of each two kinds',
  checks: [up, down, overwrites, apart, stopped, killed],
};
