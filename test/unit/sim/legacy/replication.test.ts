import { describe, expect, test } from 'vitest';
import type { LegacyNode } from '../../../sim/legacy/legacy-node.js';
import { deliver, type Heard, infoOf, Network } from './network.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const data = (text: string): string => Buffer.from(text).toString('base64');
const read = (node: LegacyNode, key: string): string | undefined => {
  const value = node.get(key);
  return value && Buffer.from(value.bytes).toString();
};

/** A node that knows recorders `p1`, `p2`… of its enclave. */
function nodeWithPeers(count: number, network: Network = new Network(), enclave: string = 'default') {
  const { node } = network.node({ id: 'self' });
  const heard: Heard[][] = [];
  for (let i = 1; i <= count; i++) {
    const address = { host: '10.0.0.7', port: i };
    heard.push(network.recorder(address));
    deliver(node, { type: 'SYNC', from: 'x', message_id: `s${i}`, node_info: infoOf(`p${i}`, address, enclave) });
  }
  return { network, node, heard };
}

const types = (heard: readonly Heard[]): string[] => heard.map(({ json }) => json.type);

describe('a write of a client', () => {
  test('reaches the other nodes, whose ACKs make the quorum', async () => {
    const network = new Network();
    const a = network.node({ flavour: 'ts' });
    const others = [network.node({ seeds: [a.address] }), network.node({ seeds: [a.address] })];
    a.node.start();
    for (const { node } of others) node.start();
    await network.clock.run(1000);
    const done = a.node.put('k', bytes('v'), 600);
    await network.clock.run(100);
    expect(await done).toBe(201);
    expect(others.map(({ node }) => read(node, 'k'))).toEqual(['v', 'v']);
  });

  test('is 201 at once where the node is alone', async () => {
    expect(await new Network().node().node.put('k', bytes('v'), 600)).toBe(201);
  });

  test('is 202 after 5 s where no quorum answers', async () => {
    const { network, node } = nodeWithPeers(2);
    let status = 0;
    void node.put('k', bytes('v'), 600).then((answer) => {
      status = answer;
    });
    await network.clock.run(4999);
    expect(status).toBe(0);
    await network.clock.run(1);
    expect(status).toBe(202);
  });

  test('counts ACKs, not holders: one peer that says it twice makes a quorum of three', async () => {
    const network = new Network();
    const { node } = network.node({ id: 'self', replication: 5 });
    const address = { host: '10.0.0.7', port: 1 };
    const heard = network.recorder(address);
    for (const id of ['p', 'q', 'r', 's']) {
      deliver(node, { type: 'SYNC', from: 'x', message_id: id, node_info: infoOf(id, address) });
    }
    const done = node.put('k', bytes('v'), 600);
    await network.clock.run(100);
    const ack = { type: 'ACK', from: 'p', to: 'self', key: 'k', message_id: heard[0]?.json.message_id };
    deliver(node, ack);
    deliver(node, ack);
    expect(await done).toBe(201);
  });

  test('is 507 where it does not fit, and an overwrite gives back the room of the old value', async () => {
    const { node } = new Network().node({ maxStorageBytes: 10 });
    expect(await node.put('k', new Uint8Array(8), 600)).toBe(201);
    expect(await node.put('l', new Uint8Array(3), 600)).toBe(507);
    expect(await node.put('k', new Uint8Array(10), 600)).toBe(201);
  });

  test('stays in its enclave', async () => {
    const { network, node, heard } = nodeWithPeers(1, new Network(), 'other');
    expect(await node.put('k', bytes('v'), 600)).toBe(201);
    await network.clock.run(1000);
    expect(heard[0]).toHaveLength(0);
  });
});

describe('time to live', () => {
  test.each([
    [1, 300],
    [600, 600],
    [99_999_999, 86_400],
    [0, 3600],
    [1.5, 3600],
  ])('%d s is taken as %d s', async (asked, taken) => {
    const network = new Network();
    const { node } = network.node();
    await node.put('k', bytes('v'), asked);
    expect(node.get('k')?.expiresAtMs).toBe(network.clock.nowMs() + taken * 1000);
  });

  test('counts from the arrival, and a jump of the wall clock does not change it', async () => {
    const { network, node } = nodeWithPeers(0);
    deliver(node, { type: 'PUT', from: 'p', key: 'k', data: data('v'), ttl: 300, timestamp: 1, message_id: 'm' });
    network.clock.jump(3_600_000);
    await network.clock.run(299_999);
    expect(read(node, 'k')).toBe('v');
    await network.clock.run(1);
    expect(read(node, 'k')).toBeUndefined();
  });

  test('what has expired gives its room back', async () => {
    const network = new Network();
    const { node } = network.node({ maxStorageBytes: 10 });
    node.start();
    await node.put('k', new Uint8Array(10), 300);
    await network.clock.run(331_000);
    expect(await node.put('l', new Uint8Array(10), 300)).toBe(201);
  });
});

describe('a write of a peer', () => {
  const put = { type: 'PUT', from: 'p1', key: 'k', data: data('first'), ttl: 600, message_id: 'm-1' };

  test('is applied and acknowledged once for 60 s, and again after', async () => {
    const { network, node, heard } = nodeWithPeers(1);
    deliver(node, put);
    await network.clock.run(59_999);
    deliver(node, { ...put, data: data('second') });
    await network.clock.run(0);
    expect(read(node, 'k')).toBe('first');
    await network.clock.run(1);
    deliver(node, { ...put, data: data('third') });
    await network.clock.run(1000);
    expect(read(node, 'k')).toBe('third');
    expect(heard[0]?.map(({ json }) => [json.type, json.to, json.message_id])).toEqual([
      ['ACK', 'p1', 'm-1'],
      ['ACK', 'p1', 'm-1'],
    ]);
  });

  test('wins by arriving last, however old it is', () => {
    const { node } = nodeWithPeers(0);
    deliver(node, { ...put, data: data('new'), timestamp: 1_800_000_000, message_id: 'm-2' });
    deliver(node, { ...put, data: data('old'), timestamp: 1_700_000_000, message_id: 'm-1' });
    expect(read(node, 'k')).toBe('old');
  });

  test('is kept and not acknowledged where the sender is a stranger', async () => {
    const { network, node, heard } = nodeWithPeers(1);
    deliver(node, { ...put, from: 'stranger' });
    await network.clock.run(1000);
    expect(read(node, 'k')).toBe('first');
    expect(heard[0]).toHaveLength(0);
  });

  test('that does not fit is not acknowledged', async () => {
    const network = new Network();
    const { node } = network.node({ maxStorageBytes: 1 });
    expect(deliver(node, put).status).toBe(200);
    expect(read(node, 'k')).toBeUndefined();
  });

  test('is not passed on among ten peers', async () => {
    const { network, node, heard } = nodeWithPeers(10);
    deliver(node, put);
    await network.clock.run(1000);
    expect(heard.flatMap(types)).toEqual(['ACK']);
  });

  test('is passed on once to ceil(sqrt(n)) above ten, never to its origin, without fields unknown', async () => {
    for (let round = 0; round < 20; round++) {
      const { network, node, heard } = nodeWithPeers(11);
      deliver(node, { ...put, message_id: `m-${round}`, hops: 1 });
      deliver(node, { ...put, message_id: `m-${round}`, hops: 1 });
      await network.clock.run(1000);
      expect(types(heard[0] ?? [])).toEqual(['ACK']);
      const passedOn = heard.slice(1).flat();
      expect(passedOn).toHaveLength(4);
      expect(passedOn[0]?.json).toEqual({ ...put, timestamp: 1, message_id: `m-${round}` });
    }
  });

  test('above ten the origin sends to ceil(sqrt(n)) as well', async () => {
    const { network, node, heard } = nodeWithPeers(17);
    void node.put('k', bytes('v'), 600);
    await network.clock.run(1000);
    expect(heard.flatMap(types)).toEqual(['PUT', 'PUT', 'PUT', 'PUT', 'PUT']);
  });
});
