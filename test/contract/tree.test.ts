import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunningNode } from '../../src/node/node.js';
import { ask } from './support/ask.js';
import { EventReader } from './support/event-reader.js';
import { FakePeer } from './support/fake-peer.js';
import {
  attachedTo,
  childrenOf,
  get,
  holds,
  metric,
  metricIs,
  PATIENCE_MS,
  parentOf,
  put,
  status,
  TreeNodes,
  topology,
} from './support/tree-nodes.js';

let tree: TreeNodes;
beforeEach(() => {
  tree = new TreeNodes();
});
afterEach(() => tree.stop());

const HELD = 'repram_tree_child_writes_total{outcome="held"}';
const SENT_DOWN = 'repram_tree_writes_down_total';

const readiness = async (node: RunningNode): Promise<string> =>
  (await ask(node.port, 'GET', '/readyz?verbose')).body.toString();

describe('a transient that is attached', () => {
  test('status, topology and readiness of both ends say who stands where', async () => {
    const [parent] = (await tree.substrates('parent')) as [RunningNode];
    const child = await tree.child('child', [parent]);
    const above = { id: 'parent', address: '127.0.0.1', http_port: parent.port };

    expect(await status(parent)).toMatchObject({ role: 'substrate', children: 1, room: 99 });
    expect(await topology(parent)).toMatchObject({
      role: 'substrate',
      peers: [],
      children: [{ id: 'child', enclave: 'default' }],
    });
    expect(await readiness(parent)).toMatch(/^\[\+\] tree: substrate, 1 attached$/m);

    expect(await status(child)).toMatchObject({ role: 'transient', attachment: 'attached', parent: above });
    expect(await topology(child)).toMatchObject({
      role: 'transient',
      parent: above,
      children: [],
      peers: [{ id: 'parent', http_port: parent.port, enclave: 'default' }],
    });
    expect(await readiness(child)).toMatch(/^\[\+\] tree: attached to parent$/m);
  });

  test('both ends tell of it, and of its end', async () => {
    const [parent] = (await tree.substrates('parent')) as [RunningNode];
    const above = await EventReader.open(parent.port, '?kinds=child-attached,child-detached');
    expect((await above.next()).kind).toBe('hello');
    const child = await tree.transient('child', [parent]);
    const below = await EventReader.open(child.port, '?kinds=attached,detached', { 'last-event-id': '0' });
    expect(await above.next()).toMatchObject({
      kind: 'child-attached',
      child: { id: 'child', enclave: 'default' },
      cause: 'admitted',
    });
    const attached = await nextOf(below, 'attached');
    expect(attached).toMatchObject({ parent: { id: 'parent', http_port: parent.port }, cause: 'start' });
    await parent.stop();
    expect(await nextOf(below, 'detached')).toMatchObject({ parent: { id: 'parent' }, cause: expect.any(String) });
    expect(await parentOf(child)).toBeUndefined();
    below.close();
    above.close();
  });

  test('a write of it is acknowledged by a quorum of substrates, and reaches each of them and its sibling', async () => {
    const [first, second, third] = (await tree.substrates('first', 'second', 'third')) as Triple;
    const child = await tree.child('child', [first]);
    const sibling = await tree.child('sibling', [first]);
    expect(await put(child, 'up', 'value')).toBe(201);
    for (const node of [first, second, third, child, sibling]) await holds(node, 'up', 'value');
    expect(await metric(first, HELD)).toBe(1);
    expect(await metric(first, SENT_DOWN)).toBe(1);
    expect(await metric(child, 'repram_tree_writes_resent_total')).toBe(0);
  });

  test('a write of the parent and of a member beyond it come down once to each child', async () => {
    const [first, second] = (await tree.substrates('first', 'second')) as Pair;
    const children = [await tree.child('a', [first]), await tree.child('b', [first])];
    expect(await put(first, 'of-parent', 'one')).toBe(201);
    expect(await put(second, 'of-member', 'two')).toBe(201);
    for (const child of children) {
      await holds(child, 'of-parent', 'one');
      await holds(child, 'of-member', 'two');
    }
    expect(await metric(first, SENT_DOWN)).toBe(4);
    expect(await metric(second, SENT_DOWN)).toBe(0);
  });

  test('a write goes sideways to a transient of another parent, and nowhere twice', async () => {
    const [first, second] = (await tree.substrates('first', 'second')) as Pair;
    const left = await tree.child('left', [first]);
    const right = await tree.child('right', [second]);
    for (let i = 0; i < 20; i++) expect(await put(left, `k${i}`, `v${i}`)).toBe(201);
    for (let i = 0; i < 20; i++) await holds(right, `k${i}`, `v${i}`);
    expect(await metric(first, HELD)).toBe(20);
    expect(await metric(first, SENT_DOWN)).toBe(0);
    expect(await metric(second, SENT_DOWN)).toBe(20);
    for (const node of [first, second]) expect(await metric(node, 'repram_writes_total{outcome="quorum"}')).toBe(0);
  });

  test('the later of two writes of the same key stands on all, on whichever side of the tree it was made', async () => {
    const [first, second] = (await tree.substrates('first', 'second')) as Pair;
    const child = await tree.child('child', [second]);
    for (let round = 0; round < 10; round++) {
      expect(await put(child, 'contested', `below ${round}`)).toBe(201);
      expect(await put(first, 'contested', `above ${round}`)).toBe(201);
      for (const node of [first, second, child]) await holds(node, 'contested', `above ${round}`);
      expect(await put(child, 'contested', `below again ${round}`)).toBe(201);
      for (const node of [first, second, child]) await holds(node, 'contested', `below again ${round}`);
    }
  });

  test('a value of the largest size goes up and comes down', { timeout: 4 * PATIENCE_MS }, async () => {
    const [first, second] = (await tree.substrates('first', 'second')) as Pair;
    const left = await tree.child('left', [first], { writeTimeoutMs: 2 * PATIENCE_MS });
    const right = await tree.child('right', [second]);
    const value = Buffer.alloc(10 * 1024 * 1024, 'repram');
    expect(await put(left, 'largest', value)).toBe(201);
    await expect
      .poll(async () => (await get(right, 'largest')).body.equals(value), { timeout: PATIENCE_MS })
      .toBe(true);
  });

  test('it is honest: 202 at once where the substrates are not there, and what it took goes up when they are', async () => {
    const [parent] = (await tree.substrates('parent')) as [RunningNode];
    const child = await tree.child('child', [parent], { writeTimeoutMs: 500 });
    await parent.stop();
    expect(await put(child, 'early', 'kept')).toBe(202);
    expect(await status(child)).toMatchObject({ writes_waiting: 1 });
    expect((await get(child, 'early')).body.toString()).toBe('kept');
    const again = await tree.start({ nodeId: 'parent', inbound: 'true', httpPort: parent.port });
    await holds(again, 'early', 'kept');
    expect(await put(child, 'late', 'x')).toBe(201);
    expect(await status(child)).toMatchObject({ writes_waiting: 0 });
  });

  test('it is honest: 202 at the write timeout where the quorum lacks a substrate, and 201 where it acknowledges', async () => {
    const [parent] = (await tree.substrates('parent')) as [RunningNode];
    const peer = await FakePeer.start();
    await peer.join(parent.port);
    await metricIs(parent, 'repram_quorum_basis', 2);
    const child = await tree.child('child', [parent], { writeTimeoutMs: 300 });
    expect(await put(child, 'silent', 'x')).toBe(202);
    const patient = await tree.child('patient', [parent], { writeTimeoutMs: PATIENCE_MS });
    peer.received.length = 0;
    const writing = put(patient, 'acknowledged', 'x');
    await peer.acknowledge(parent.port, await peer.message('PUT'));
    expect(await writing).toBe(201);
    peer.stop();
  });

  test('a read on quorum goes through the parent, finds what the own copy lacks, and is refused when detached', async () => {
    const [first, second] = (await tree.substrates('first', 'second')) as Pair;
    const child = await tree.child('child', [first]);
    expect(await put(second, 'k', 'value')).toBe(201);
    const answer = await get(child, 'k', '?consistency=quorum');
    expect([answer.status, answer.body.toString()]).toEqual([200, 'value']);
    expect((await get(child, 'missing', '?consistency=quorum')).status).toBe(404);
    expect(await metric(first, 'repram_tree_questions_total{status="ok"}')).toBeGreaterThanOrEqual(2);
    await Promise.all([first.stop(), second.stop()]);
    expect(await get(child, 'k', '?consistency=quorum')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
    });
    await holds(child, 'k', 'value');
  });

  test('what was written before it came, it catches up on', async () => {
    const [parent] = (await tree.substrates('parent')) as [RunningNode];
    for (let i = 0; i < 50; i++) expect(await put(parent, `old${i}`, `v${i}`)).toBe(201);
    const child = await tree.child('child', [parent]);
    for (let i = 0; i < 50; i++) await holds(child, `old${i}`, `v${i}`);
  });

  test('a transient of another enclave is carried, its writes are kept by no node of this one, nor are theirs by it', async () => {
    const [ours] = (await tree.substrates('ours')) as [RunningNode];
    const theirs = await tree.substrate('theirs', [ours], { enclave: 'other', maxChildren: 0 });
    const child = await tree.child('child', [ours], { enclave: 'other' });
    await attachedTo(child, ours);
    await expect.poll(() => put(child, 'k', 'x'), { timeout: PATIENCE_MS }).toBe(201);
    await holds(theirs, 'k', 'x');
    expect((await get(ours, 'k')).status).toBe(404);
    expect(await put(ours, 'mine', 'y')).toBe(201);
    expect(await put(child, 'after', 'z')).toBe(201);
    expect((await get(child, 'mine')).status).toBe(404);
    expect(await metric(ours, 'repram_tree_child_writes_total{outcome="passed"}')).toBeGreaterThan(1);
    expect(await metric(ours, SENT_DOWN)).toBe(0);
  });
});

describe('who is taken, and where the others go', () => {
  test('--max-children 0 takes nobody', async () => {
    const parent = await tree.substrate('parent', [], { maxChildren: 0 });
    const child = await tree.transient('child', [parent]);
    // It asks again and again.
    const turnedAway = 'repram_tree_turned_away_total{cause="at-capacity"}';
    await expect.poll(() => metric(parent, turnedAway), { timeout: PATIENCE_MS }).toBeGreaterThan(1);
    expect(await parentOf(child)).toBeUndefined();
    expect(await status(parent)).toMatchObject({ children: 0, room: 0 });
  });

  test('a full substrate names another one, where the child goes that knew of none', async () => {
    const full = await tree.substrate('full', [], { maxChildren: 1 });
    const free = await tree.substrate('free', [full]);
    await metricIs(full, 'repram_quorum_basis', 2);
    await tree.child('first', [full]);
    const second = await tree.child('second', [full]);
    await attachedTo(second, free);
    expect([await childrenOf(full), await childrenOf(free)]).toEqual([['first'], ['second']]);
  });

  test('a substrate that stops moves its child to another, and no write fails meanwhile', async () => {
    const [first, second] = (await tree.substrates('first', 'second')) as Pair;
    const child = await tree.child('child', [first]);
    const events = await EventReader.open(child.port, '?kinds=attached,detached');
    const stopped = first.stop();
    await attachedTo(child, second);
    await stopped;
    expect(await nextOf(events, 'detached')).toMatchObject({ cause: 'goodbye', parent: { id: 'first' } });
    expect(await nextOf(events, 'attached')).toMatchObject({ cause: 'goodbye', parent: { id: 'second' } });
    await expect.poll(() => put(child, 'after', 'x'), { timeout: PATIENCE_MS }).toBe(201);
    events.close();
  });

  test('two live nodes of one id: the second is refused, and the first keeps its place', async () => {
    const [parent] = (await tree.substrates('parent')) as [RunningNode];
    const first = await tree.child('twin', [parent]);
    const second = await tree.transient('twin', [parent]);
    await expect
      .poll(() => metric(parent, 'repram_tree_turned_away_total{cause="rival-alive"}'), { timeout: PATIENCE_MS })
      .toBeGreaterThan(0);
    expect([await parentOf(first), await parentOf(second)]).toEqual(['parent', undefined]);
    expect(await metric(parent, 'repram_tree_attached_total')).toBe(1);
  });

  test('a member is no child, nor is the id of the parent itself', async () => {
    const [first] = (await tree.substrates('first', 'second')) as Pair;
    await tree.transient('second', [first]);
    await tree.transient('first', [first]);
    await expect
      .poll(() => metric(first, 'repram_tree_turned_away_total{cause="id-taken"}'), { timeout: PATIENCE_MS })
      .toBeGreaterThan(1);
    expect(await childrenOf(first)).toEqual([]);
  });

  test.each(['127.0.0.1', 'localhost'])('a transient never attaches to itself under the name %s', async (host) => {
    const [parent] = (await tree.substrates('parent')) as [RunningNode];
    const port = await freePort();
    const peers = [{ host, port }];
    const address = host === 'localhost' ? '127.0.0.1' : 'localhost';
    const alone = await tree.start({ nodeId: 'alone', inbound: 'false', httpPort: port, address, peers });
    await expect.poll(() => metric(alone, 'repram_links_refused_total'), { timeout: PATIENCE_MS }).toBeGreaterThan(1);
    expect(await parentOf(alone)).toBeUndefined();
    await alone.stop();
    const both = [...peers, { host: '127.0.0.1', port: parent.port }];
    const child = await tree.start({ nodeId: 'child', inbound: 'false', httpPort: port, address, peers: both });
    await attachedTo(child, parent);
    expect(await childrenOf(child)).toEqual([]);
  });
});

describe('a secret of the cluster', () => {
  const clusterSecrets = ['correct horse battery staple'];

  test('signed frames carry writes both ways', async () => {
    tree = new TreeNodes({ clusterSecrets });
    const [first, second] = (await tree.substrates('first', 'second')) as Pair;
    const child = await tree.child('child', [first]);
    expect(await put(child, 'up', 'x')).toBe(201);
    expect(await put(second, 'down', 'y')).toBe(201);
    await holds(second, 'up', 'x');
    await holds(child, 'down', 'y');
    expect((await get(child, 'down', '?consistency=quorum')).status).toBe(200);
  });

  test.each([
    ['another secret', ['wrong']],
    ['none', []],
  ])('a transient with %s stays outside', async (_, secrets) => {
    tree = new TreeNodes({ clusterSecrets });
    const [parent] = (await tree.substrates('parent')) as [RunningNode];
    const child = await tree.transient('child', [parent], { clusterSecrets: secrets, writeTimeoutMs: 200 });
    const turnedAway = 'repram_tree_turned_away_total{cause="unreadable"}';
    await expect.poll(() => metric(parent, turnedAway), { timeout: PATIENCE_MS }).toBeGreaterThan(1);
    expect([await childrenOf(parent), await parentOf(child)]).toEqual([[], undefined]);
    expect(await put(child, 'mine', 'x')).toBe(202);
    expect((await get(parent, 'mine')).status).toBe(404);
  });
});

describe('a transient is no member', () => {
  test('what peers post to it is refused, and a write that reaches it over HTTP too changes nothing', async () => {
    const [parent] = (await tree.substrates('parent')) as [RunningNode];
    const child = await tree.child('child', [parent]);
    const write = { type: 'PUT', from: 'x', timestamp: 1, message_id: 'posted', key: 'k', data: 'eA==', ttl: 300 };
    const post = (node: RunningNode, path: string, body: object) =>
      ask(node.port, 'POST', path, { body: JSON.stringify(body) });
    expect((await post(child, '/v1/gossip/message', write)).status).toBe(421);
    expect((await post(child, '/v1/gossip/message', { type: 'PING', from: 'x', timestamp: 1 })).status).toBe(421);
    const joiner = { node_id: 'x', address: '127.0.0.1', gossip_port: 1, http_port: 1 };
    expect((await post(child, '/v1/bootstrap', joiner)).status).toBe(403);
    expect((await ask(child.port, 'POST', '/v1/replica', { body: 'x' })).status).toBe(403);
    expect((await get(child, 'k')).status).toBe(404);
    expect((await post(parent, '/v1/gossip/message', write)).status).toBe(200);
    await holds(child, 'k', 'x');
    expect(await metric(parent, SENT_DOWN)).toBe(1);
    expect((await topology(parent))['peers']).toEqual([]);
  });

  test('nobody counts it for a quorum, so that it can vanish', async () => {
    const [first, second] = (await tree.substrates('first', 'second')) as Pair;
    const child = await tree.child('child', [first]);
    for (const node of [first, second]) expect(await metric(node, 'repram_quorum_basis')).toBe(2);
    await child.stop();
    expect(await put(first, 'k', 'x')).toBe(201);
  });
});

describe('--inbound auto', () => {
  test('whom the seed can dial becomes a substrate', async () => {
    const [seed] = (await tree.substrates('seed')) as [RunningNode];
    const node = await tree.start({ nodeId: 'node', peers: [{ host: '127.0.0.1', port: seed.port }] });
    await node.joined;
    expect(await status(node)).toMatchObject({ role: 'substrate' });
    await metricIs(seed, 'repram_quorum_basis', 2);
  });

  test('whom the seed cannot dial becomes a transient, and nobody takes it for a member', async () => {
    const [seed] = (await tree.substrates('seed')) as [RunningNode];
    const node = await unreachable(seed);
    await attachedTo(node, seed);
    expect(await status(node)).toMatchObject({ role: 'transient' });
    expect((await topology(seed))['peers']).toEqual([]);
    expect(await put(node, 'k', 'x')).toBe(201);
    await holds(seed, 'k', 'x');
  });

  test('a seed of an older implementation, which is asked in vain, leaves it a substrate', async () => {
    const old = await oldSeed();
    const node = await tree.start({ nodeId: 'node', peers: [{ host: '127.0.0.1', port: portOf(old) }] });
    await node.joined;
    expect(await status(node)).toMatchObject({ role: 'substrate' });
    old.close();
    old.closeAllConnections();
  });

  test('a node that served alone until its seed came moves those it carried, and is no member any more', async () => {
    const port = await freePort();
    const node = await tree.start({
      nodeId: 'node',
      address: '127.0.0.77',
      peers: [{ host: '127.0.0.1', port }],
      recoveryIntervalMs: 500,
    });
    const child = await tree.child('child', [node]);
    const member = await tree.substrate('member', [node]);
    await metricIs(node, 'repram_tree_children', 1);
    expect(await put(node, 'before', 'alone')).toBe(201);
    const seed = await tree.start({ nodeId: 'seed', inbound: 'true', httpPort: port });
    await attachedTo(node, seed);
    await expect.poll(() => parentOf(child), { timeout: PATIENCE_MS }).not.toBe('node');
    await expect.poll(async () => (await topology(member))['peers'], { timeout: PATIENCE_MS }).toEqual([]);
    expect(await put(node, 'k', 'x')).toBe(201);
    await holds(seed, 'k', 'x');
    await holds(seed, 'before', 'alone');
  });

  const unreachable = (seed: RunningNode): Promise<RunningNode> =>
    // Nobody listens there: the node itself is bound to another address of the loopback network.
    tree.start({ nodeId: 'node', address: '127.0.0.77', peers: [{ host: '127.0.0.1', port: seed.port }] });
});

type Pair = [RunningNode, RunningNode];
type Triple = [RunningNode, RunningNode, RunningNode];

async function nextOf(reader: EventReader, kind: string) {
  for (;;) {
    const event = await reader.next();
    if (event.kind === kind) return event;
  }
}

/** A seed that answers every joiner with itself alone, and knows nothing of `x`. */
async function oldSeed(): Promise<Server> {
  const server = createServer((req, res) => {
    const me = { id: 'old', address: '127.0.0.1', port: 1, http_port: portOf(server), enclave: 'default' };
    req.resume();
    req.on('end', () => res.end(JSON.stringify({ success: true, peers: req.url === '/v1/bootstrap' ? [me] : [] })));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** A port nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}
