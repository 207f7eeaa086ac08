import { describe, expect, test } from 'vitest';
import { deliver, infoOf, Network } from './network.js';

const PEER = { host: '10.0.0.7', port: 1 };

describe('strikes', () => {
  test('a peer that cannot be reached is evicted by the third ping, 30 s apart', async () => {
    const network = new Network();
    const { node } = network.node();
    node.start();
    deliver(node, { type: 'SYNC', from: 'x', message_id: 's', node_info: infoOf('p', PEER) });
    await network.clock.run(94_999);
    expect(node.peers).toEqual(['p']);
    await network.clock.run(2);
    expect(node.peers).toEqual([]);
    expect(node.sent['PING']).toBe(3);
  });

  test('any PONG clears them, whatever it answers', async () => {
    const network = new Network();
    const { node } = network.node();
    node.start();
    deliver(node, { type: 'SYNC', from: 'x', message_id: 's', node_info: infoOf('p', PEER) });
    await network.clock.run(80_000);
    deliver(node, { type: 'PONG', from: 'p', to: 'n1', message_id: 'unasked' });
    await network.clock.run(60_000);
    expect(node.peers).toEqual(['p']);
    await network.clock.run(30_000);
    expect(node.peers).toEqual([]);
  });

  test('a peer that takes pings and never sends a PONG is kept', async () => {
    const network = new Network();
    network.recorder(PEER);
    const { node } = network.node();
    node.start();
    deliver(node, { type: 'SYNC', from: 'x', message_id: 's', node_info: infoOf('p', PEER) });
    await network.clock.run(600_000);
    expect(node.peers).toEqual(['p']);
  });
});

test('a PONG goes to peers that are known, and to no stranger', async () => {
  const network = new Network();
  const heard = network.recorder(PEER);
  const { node } = network.node({ id: 'self' });
  deliver(node, { type: 'PING', from: 'p', to: 'self', message_id: 'p-1' });
  deliver(node, { type: 'SYNC', from: 'x', message_id: 's', node_info: infoOf('p', PEER) });
  deliver(node, { type: 'PING', from: 'p', to: 'self', message_id: 'p-2' });
  await network.clock.run(1000);
  expect(heard.map(({ json }) => [json.type, json.to, json.node_info.id])).toEqual([['PONG', 'p', 'self']]);
});

describe('ghosts', () => {
  test('an evicted peer is learnt again from hearsay, and from the answer to a join', async () => {
    const network = new Network();
    const { node, address } = network.node({ id: 'a', flavour: 'ts' });
    node.start();
    deliver(node, { type: 'SYNC', from: 'x', message_id: 's', node_info: infoOf('dead', PEER) });
    await network.clock.run(96_000);
    expect(node.peers).toEqual([]);
    deliver(node, { type: 'SYNC', from: 'x', message_id: 's', node_info: infoOf('dead', PEER) });
    expect(node.peers).toEqual(['dead']);
    const joiner = network.node({ id: 'b', seeds: [address] });
    joiner.node.start();
    await network.clock.run(1000);
    expect(joiner.node.peers).toEqual(['dead', 'a']);
  });

  test('two nodes that talk bring a dead one back to each other after each eviction', async () => {
    const network = new Network();
    const options = { replication: 5 };
    const a = network.node({ ...options, id: 'a' });
    const b = network.node({ ...options, id: 'b', seeds: [a.address] });
    a.node.start();
    await network.clock.run(15_000);
    b.node.start();
    await network.clock.run(1000);
    deliver(a.node, { type: 'SYNC', from: 'x', message_id: 's', node_info: infoOf('dead', PEER) });
    await network.clock.run(300_000);
    expect(a.node.peers).toContain('dead');
    expect(a.node.sent['PING']).toBeGreaterThan(2 * 3 + 10);
  });
});
