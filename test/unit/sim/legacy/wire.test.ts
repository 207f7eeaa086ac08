import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { versionOf } from '../../../../src/gossip/wire/message-id.js';
import { FLAVOURS } from '../../../sim/legacy/flavour.js';
import { deliver, infoOf, Network, textOf } from './network.js';

const PEER = { host: '10.0.0.7', port: 1 };
const PATH = '/v1/gossip/message';
const PING = Buffer.from('{"type":"PING","from":"p","timestamp":1,"message_id":"p-1"}');

describe('message ids', () => {
  test.each(FLAVOURS)('the ids of %s writes name their millisecond to our nodes, and are distinct', async (flavour) => {
    const network = new Network();
    network.recorder(PEER);
    const { node } = network.node({ id: 'old', flavour });
    deliver(node, { type: 'SYNC', from: 'x', message_id: 's', node_info: infoOf('p', PEER) });
    const heard = network.recorder(PEER);
    await network.clock.run(123);
    const writtenMs = network.clock.nowMs();
    for (let i = 0; i < 50; i++) void node.put('a-key', new Uint8Array(1), 600);
    await network.clock.run(1000);
    const stamps = heard.map(({ json }) => ({
      from: json.from,
      timestampS: json.timestamp,
      messageId: json.message_id,
    }));
    const versions = stamps.map((stamp) => versionOf(stamp).version);
    expect(new Set(stamps.map((stamp) => stamp.messageId)).size).toBe(50);
    expect(new Set(versions.map(({ ms }) => ms))).toEqual(new Set([writtenMs]));
    const logicals = versions.map(({ logical }) => logical);
    expect(logicals).toEqual([...logicals].sort((a, b) => a - b));
  });
});

describe('signatures', () => {
  const secret = 'gehëim';
  const right = createHmac('sha256', secret).update(PING).digest('hex');

  test.each([
    ['Missing signature', undefined, 403],
    ['Missing signature', '', 403],
    ['Invalid signature', right.replace(/./, (digit) => (digit === '0' ? '1' : '0')), 403],
    ['{"success":true}', right, 200],
  ])('%s', (text, signature, status) => {
    const { node } = new Network().node({ secret, flavour: 'ts' });
    const answer = node.answer(PATH, { 'X-Repram-Signature': signature }, PING);
    expect([answer.status, textOf(answer)]).toEqual([status, text]);
  });

  test('nodes with one secret join, write and ACK; one with another stays out', async () => {
    const network = new Network();
    const a = network.node({ secret });
    const b = network.node({ secret, flavour: 'ts', seeds: [a.address] });
    const c = network.node({ secret: 'other', seeds: [a.address] });
    for (const { node } of [a, b, c]) node.start();
    await network.clock.run(1000);
    const done = b.node.put('<k>&', new Uint8Array(1), 600);
    await network.clock.run(100);
    expect(await done).toBe(201);
    expect(a.node.peers).toEqual(['n2']);
    expect(c.node.peers).toEqual([]);
  });
});

describe('the rate limit', () => {
  test('admits 200 at once and 100 a second after, by sender; peers are no exception', async () => {
    const network = new Network();
    const { node } = network.node({ busy: true });
    const statuses = (sender: string, count: number): number =>
      Array.from({ length: count }, () => node.answer(PATH, {}, PING, sender)).filter(({ status }) => status === 200)
        .length;
    expect(statuses('a', 300)).toBe(200);
    expect(textOf(node.answer(PATH, {}, PING, 'a'))).toBe('Rate limit exceeded\n');
    expect(statuses('b', 1)).toBe(1);
    await network.clock.run(1000);
    expect(statuses('a', 300)).toBe(100);
  });
});

describe('bad input', () => {
  const post = (flavour: 'go' | 'ts', body: string): string => {
    const { node } = new Network().node({ flavour });
    const answer = node.answer(PATH, {}, Buffer.from(body));
    return `${answer.status} ${textOf(answer).trim()}`;
  };

  test.each(FLAVOURS)('%s: what is no JSON is refused, an unknown type is not', (flavour) => {
    expect(post(flavour, '{not json')).toBe('400 Invalid JSON');
    expect(post(flavour, 'null')).toBe('400 Invalid JSON');
    expect(post(flavour, '{"type":"LEFT","from":"x"}')).toBe('200 {"success":true}');
  });

  test.each([
    '[]',
    '{"type":7}',
    '{"type":"PUT","ttl":"x"}',
    '{"type":"PUT","data":"%"}',
    '{"type":"SYNC","node_info":{"port":"x"}}',
    '{"type":"SYNC","node_info":7}',
  ])('%s is refused by Go alone', (body) => {
    expect(post('go', body)).toBe('400 Invalid JSON');
    expect(post('ts', body)).toBe('200 {"success":true}');
  });

  test('a node without a name or an address is not learnt', () => {
    const { node } = new Network().node({ id: 'self', flavour: 'ts' });
    for (const info of [{}, { id: 'x' }, { id: 'x', address: 'h' }, infoOf('self', PEER)]) {
      deliver(node, { type: 'SYNC', from: 'x', message_id: 's', node_info: info });
    }
    expect(node.peers).toEqual([]);
  });
});
