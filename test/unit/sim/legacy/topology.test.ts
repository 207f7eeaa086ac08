import { describe, expect, test } from 'vitest';
import { FLAVOURS } from '../../../sim/legacy/flavour.js';
import type { LegacyNode } from '../../../sim/legacy/legacy-node.js';
import { deliver, infoOf, Network } from './network.js';

const AT = { host: '10.0.0.7', port: 1 };

const syncs = (nodes: readonly LegacyNode[]): number => nodes.reduce((sum, node) => sum + (node.sent['SYNC'] ?? 0), 0);

describe('the storm', () => {
  test.each(FLAVOURS)('two %s nodes below replication answer each other for ever', async (flavour) => {
    const network = new Network(5);
    const a = network.node({ flavour });
    const b = network.node({ flavour, seeds: [a.address] });
    const nodes = [a.node, b.node];
    for (const node of nodes) node.start();
    await network.clock.run(29_000);
    expect(syncs(nodes)).toBe(0);
    await network.clock.run(2000);
    const perTenSeconds: number[] = [];
    for (let i = 0; i < 6; i++) {
      const before = syncs(nodes);
      await network.clock.run(10_000);
      perTenSeconds.push(syncs(nodes) - before);
    }
    expect(Math.min(...perTenSeconds)).toBeGreaterThan(1500);
    expect(Math.max(...perTenSeconds)).toBeLessThan(2000);
    expect(network.clock.pendingTimers).toBeLessThan(20);
  });

  test('three nodes that know each other start none', async () => {
    const network = new Network();
    const a = network.node();
    a.node.start();
    const b = network.node({ seeds: [a.address] });
    b.node.start();
    await network.clock.run(1000);
    const c = network.node({ seeds: [a.address] });
    c.node.start();
    await network.clock.run(300_000);
    expect([a, b, c].map(({ node }) => node.peers.length)).toEqual([2, 2, 2]);
    expect(syncs([a.node, b.node, c.node])).toBe(1);
  });

  test('answers to one peer do not pile up without bound', async () => {
    const network = new Network();
    const { node } = network.node();
    network.recorder(AT);
    const sync = { type: 'SYNC', from: 'p', message_id: 's', node_info: infoOf('p', AT) };
    for (let i = 0; i < 1000; i++) deliver(node, sync);
    await network.clock.run(60_000);
    expect(node.sent).toEqual({ SYNC: 4 });
  });
});

describe('answering a SYNC', () => {
  test('"this is me" is answered every time with one SYNC per node known, itself last', async () => {
    const network = new Network();
    const { node } = network.node({ id: 'self' });
    const heard = network.recorder(AT);
    deliver(node, {
      type: 'SYNC',
      from: 'p',
      message_id: 's0',
      node_info: infoOf('third', { host: '10.0.0.8', port: 1 }),
    });
    for (const message_id of ['s1', 's2']) {
      deliver(node, { type: 'SYNC', from: 'p', message_id, node_info: infoOf('p', AT) });
      await network.clock.run(1000);
    }
    expect(heard.map(({ json }) => json.node_info.id)).toEqual(['third', 'self', 'third', 'self']);
  });

  test('hearsay teaches and is not answered', async () => {
    const network = new Network();
    const { node } = network.node();
    const heard = network.recorder(AT);
    deliver(node, { type: 'SYNC', from: 'x', message_id: 's', node_info: infoOf('p', AT) });
    await network.clock.run(20_000);
    expect(node.peers).toEqual(['p']);
    expect(heard).toHaveLength(0);
  });
});
