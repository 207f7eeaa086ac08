import { describe, expect, test } from 'vitest';
import type { PutMessage } from '../../../../src/gossip/wire/message.js';
import type { Frame } from '../../../../src/tree/frame.js';
import { createFrameCodec } from '../../../../src/tree/wire/create-frame-codec.js';
import { readFrame } from '../../../sim/oracle/frames.js';
import { INVARIANTS } from '../../../sim/oracle/names.js';
import type { NodeOptions } from '../../../sim/world/create-node.js';
import type { SimNode } from '../../../sim/world/node.js';
import { SimDialer } from '../../../sim/world/sim-dialer.js';
import type { SimLink } from '../../../sim/world/sim-link.js';
import type { World } from '../../../sim/world/world.js';
import { at, cluster, violationOf, type Watched } from './support.js';

const CODEC = createFrameCodec('cbor', { areRequired: false, sign: () => undefined, verify: () => 'ok' });

interface Carried extends Watched {
  readonly parent: SimNode;
  readonly child: SimNode;
}

/** A cluster with a transient that is attached to its first node. */
async function tree(size: number, node: NodeOptions = {}, options: NodeOptions = {}): Promise<Carried> {
  const watched = await cluster(size, node);
  const parent = at(watched.nodes, 0);
  const child = watched.world.startNode({ seeds: [parent.address], ...options, config: { inbound: 'false' } });
  await watched.world.run(1000);
  expect(watched.oracle.tree.parentOf(child)).toBe(parent);
  return { ...watched, parent, child };
}

/** Opens a link in the name of a process, which hears nothing of it. */
async function dial(world: World, from: SimNode, to: SimNode): Promise<SimLink> {
  const { machine, process, clock } = from;
  const dialer = new SimDialer({ links: world.links, machine, process, clock });
  let link: unknown;
  void dialer.dial(to.address, 1000, new AbortController().signal).then((outcome) => {
    if (outcome.kind === 'open') link = outcome.link;
  });
  await world.runUntil(() => link !== undefined, 1000);
  return link as SimLink;
}

function say(link: SimLink | undefined, frame: Frame): void {
  link?.send(CODEC.encode(frame));
}

function helloOf({ id, enclave, address, self }: SimNode): Frame {
  const extension = { incarnation: self.incarnation, instance: self.instance, sentMs: 0 };
  const where = { address: address.host, httpPort: address.port };
  return { type: 'hello', nodeId: id, enclave, ...where, inbound: false, extension };
}

function welcomeOf({ id }: SimNode): Frame {
  return { type: 'welcome', parentId: id, topology: [], depth: 1 };
}

function putOf(from: SimNode, fields: Partial<PutMessage> = {}): Frame {
  const message: PutMessage = {
    ...{ type: 'PUT', from: from.id, timestampS: 1, messageId: 'm-1', key: 'k', ttlSeconds: 300 },
    data: Buffer.from('made up'),
    ...fields,
  };
  return { type: 'put', message };
}

describe('attachment', () => {
  test('a transient that is attached to two parents is caught', async () => {
    const { world, nodes, child } = await tree(2);
    const second = await dial(world, child, at(nodes, 1));
    say(second, helloOf(child));
    const violation = await violationOf(() => world.run(1000));
    expect(violation?.invariant).toBe(INVARIANTS.attachment);
    expect(violation?.detail).toContain(`${child.id} is attached to n1 and n2`);
  });

  test('a transient that waits for two welcomes is caught', async () => {
    const { world, nodes, child } = await tree(3);
    const links = [await dial(world, child, at(nodes, 1)), await dial(world, child, at(nodes, 2))];
    for (const link of links) say(link, helloOf(child));
    expect((await violationOf(() => world.run(1000)))?.detail).toContain('waits for the welcomes of n2 and n3');
  });

  test('a node that is attached to itself is caught', async () => {
    const { world, nodes } = await cluster(1);
    const [node] = nodes as [SimNode];
    const link = await dial(world, node, node);
    say(link.far, welcomeOf(node));
    expect((await violationOf(() => world.run(1000)))?.detail).toContain('attached to itself');
  });

  test('a transient that moves is none of it', async () => {
    const { world, oracle, nodes, parent, child } = await tree(2);
    void world.leave(parent);
    await world.run(5000);
    expect(oracle.tree.parentOf(child)).toBe(at(nodes, 1));
    expect(oracle.tree.welcomes(child)).toBe(2);
  });

  test('a parent that takes in more than it may is caught', async () => {
    const { world, nodes } = await cluster(2, { config: { maxChildren: 1 } });
    const [parent, other] = nodes as [SimNode, SimNode];
    for (const link of [await dial(world, other, parent), await dial(world, other, parent)]) {
      say(link.far, welcomeOf(parent));
    }
    expect((await violationOf(() => world.run(1)))?.invariant).toBe(INVARIANTS.bounds);
  });
});

describe('writes of transients', () => {
  test('a 201 that no quorum of substrates stands for is caught', async () => {
    const { world, child } = await tree(3);
    child.core.tree.transient.write = () => Promise.resolve('quorum');
    world.clients.put(child, 'k', 300);
    expect((await violationOf(() => world.run(1000)))?.invariant).toBe(INVARIANTS.carriedQuorum);
  });

  test('a 201 of a transient whose parent counts fewer than it has met is caught', async () => {
    const { world, oracle, nodes, parent, child } = await tree(3);
    world.network.partition([[parent.machine, child.machine], nodes.slice(1).map(({ machine }) => machine)]);
    for (const link of oracle.tree.children(parent)) say(link, { type: 'view', basis: 1, members: [] });
    await world.run(100);
    world.clients.put(child, 'k', 300);
    expect((await violationOf(() => world.run(1000)))?.invariant).toBe(INVARIANTS.carriedQuorum);
  });

  test('copies of transients make no quorum of members', async () => {
    const { world, nodes, parent, child } = await tree(3);
    world.network.partition([[parent.machine, child.machine], nodes.slice(1).map(({ machine }) => machine)]);
    parent.core.gossip.members.quorumBasis = () => 1;
    world.clients.put(parent, 'k', 300);
    expect((await violationOf(() => world.run(1000)))?.invariant).toBe(INVARIANTS.quorum);
  });
});

describe('the way down', () => {
  test('a write that goes down twice is caught', async () => {
    const { world, oracle, parent } = await tree(1);
    const [link] = oracle.tree.children(parent);
    for (let i = 0; i < 2; i++) say(link, putOf(parent));
    expect((await violationOf(() => world.run(0)))?.invariant).toBe(INVARIANTS.downlink);
  });

  test('a write that goes back to the child it came from is caught', async () => {
    const { world, oracle, parent, child } = await tree(1);
    const write = world.clients.put(child, 'k', 300);
    await world.run(100);
    say(oracle.tree.children(parent)[0], putOf(parent, { data: Buffer.from(write.value) }));
    expect((await violationOf(() => world.run(0)))?.invariant).toBe(INVARIANTS.downlink);
  });

  test('a write of another enclave is caught', async () => {
    const { world, oracle, parent } = await tree(1, {}, { enclave: 'other' });
    say(oracle.tree.children(parent)[0], putOf(parent));
    expect((await violationOf(() => world.run(0)))?.invariant).toBe(INVARIANTS.enclaves);
  });

  test('a transient that lacks at rest what its enclave holds is caught', async () => {
    const { world, oracle, parent, child } = await tree(1);
    child.core.store.put = () => 'stale';
    world.clients.put(parent, 'k', 300);
    expect((await violationOf(() => oracle.atRest()))?.invariant).toBe(INVARIANTS.carried);
  });
});

describe('frames', () => {
  test('are read as they were meant, and others are none', () => {
    const message = { type: 'PUT', from: 'n1', timestampS: 1, messageId: 'm-1', key: 'k', ttlSeconds: 300 } as const;
    const data = Buffer.alloc(70_000, 7);
    const put: Frame = { type: 'put', message: { ...message, data, enclave: 'default' } };
    const read = readFrame(CODEC.encode(put));
    expect(read).toMatchObject({ type: 'put', messageId: 'm-1', enclave: 'default' });
    expect(Buffer.from(read?.data ?? []).equals(data)).toBe(true);
    expect(readFrame(CODEC.encode({ type: 'view', basis: 3, members: [] }))?.type).toBe('view');
    expect([readFrame('text'), readFrame(Uint8Array.of(0xa1)), readFrame(Uint8Array.of(0xff, 1))]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
