import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { treeStatus, treeTopology } from '../../../../src/node/http/tree-answers.js';
import { TreeBench } from '../../../support/tree-bench.js';

let world: TreeBench;

beforeEach(() => {
  world = new TreeBench({ maxChildren: 2 });
});

afterEach(() => world.stop());

const PARENT = { id: 'parent', address: 'seed.test', http_port: 8080 };

describe('what a node says of the tree', () => {
  it('a substrate: who is attached, and how many more may be', () => {
    expect(treeStatus(world.tree)).toEqual({ role: 'substrate', children: 0, room: 2 });
    expect(treeTopology(world.tree)).toEqual({ role: 'substrate', children: [] });
    world.child('a');
    world.child('b', 'other');
    expect(treeStatus(world.tree)).toEqual({ role: 'substrate', children: 2, room: 0 });
    expect(treeTopology(world.tree)).toEqual({
      role: 'substrate',
      children: [
        { id: 'a', enclave: 'default' },
        { id: 'b', enclave: 'other' },
      ],
    });
  });

  it('a transient without a parent: that there is none', async () => {
    world.tree.becomeTransient();
    await world.bench.clock.run(0);
    expect(treeStatus(world.tree)).toMatchObject({ role: 'transient', attachment: 'detached', parent: null });
    expect(treeTopology(world.tree)).toEqual({ role: 'transient', parent: null, children: [] });
    void world.bench.gossip.writer.write('k', Buffer.from('x'), 600);
    await world.bench.clock.run(0);
    expect(treeStatus(world.tree)).toMatchObject({ writes_waiting: 1 });
  });

  it('a transient with one: which, and how often, why and how fast it had to find another', async () => {
    const first = world.parentAnswers('parent');
    world.tree.becomeTransient();
    await world.bench.clock.run(2000);
    const counts = { closed: 0, silent: 0, unreadable: 0, goodbye: 0, homeward: 0 };
    expect(treeStatus(world.tree)).toEqual({
      role: 'transient',
      attachment: 'attached',
      parent: PARENT,
      reattachments: counts,
      writes_waiting: 0,
    });
    expect(treeTopology(world.tree)).toEqual({ role: 'transient', parent: PARENT, children: [] });
    world.parentAnswers('parent');
    const atMs = world.bench.clock.nowMs();
    first.terminate();
    await world.bench.clock.run(0);
    expect(treeStatus(world.tree)).toMatchObject({
      // The members that the first one named come before the seeds.
      parent: { ...PARENT, address: 'parent.test' },
      reattachments: {
        ...counts,
        closed: 1,
        last: { cause: 'closed', duration_ms: 0, at: new Date(atMs).toISOString() },
      },
    });
  });
});
