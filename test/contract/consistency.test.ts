import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunningNode } from '../../src/node/node.js';
import { ask } from './support/ask.js';
import { FakePeer } from './support/fake-peer.js';
import { startTestNode } from './support/test-node.js';

const put = (node: RunningNode, key: string, body: string) =>
  ask(node.port, 'PUT', `/v1/data/${key}?ttl=600`, { body, headers: [] });
const get = (node: RunningNode, target: string) => ask(node.port, 'GET', `/v1/data/${target}`);
const countsOf = async (node: RunningNode) =>
  /^repram_quorum_basis (\d+)$/m.exec((await ask(node.port, 'GET', '/v1/metrics')).body.toString())?.[1];

describe('a node alone', () => {
  let node: RunningNode;
  beforeAll(async () => {
    node = await startTestNode();
    await put(node, 'k', 'value');
  });
  afterAll(() => node.stop());

  test.each(['', '?consistency=one', '?consistency=quorum', '?consistency=quorum&x=1'])(
    'answers with its own copy to %j',
    async (query) => {
      const answer = await get(node, `k${query}`);
      expect(answer).toMatchObject({ status: 200, body: Buffer.from('value'), headers: { 'x-original-ttl': '600' } });
      expect(await ask(node.port, 'HEAD', `/v1/data/k${query}`)).toMatchObject({ status: 200, body: Buffer.alloc(0) });
      expect(await get(node, `missing${query}`)).toMatchObject({ status: 404, body: Buffer.alloc(0) });
    },
  );

  test.each(['', 'all', 'QUORUM', 'one,quorum', '%00'])(
    'refuses consistency=%s, naming what there is',
    async (level) => {
      for (const method of ['GET', 'HEAD'] as const) {
        expect((await ask(node.port, method, `/v1/data/k?consistency=${level}`)).status).toBe(400);
      }
      const { body } = await get(node, `k?consistency=${level}`);
      expect(body.toString()).toBe('Invalid consistency: it must be one or quorum');
    },
  );
});

describe('two members of which one answers nothing', () => {
  let node: RunningNode;
  let peer: FakePeer;
  beforeAll(async () => {
    node = await startTestNode({ pingIntervalMs: 60_000, writeTimeoutMs: 500 });
    peer = await FakePeer.start();
  });
  afterAll(async () => {
    peer.stop();
    await node.stop();
  });
  beforeEach(() => peer.join(node.port));

  test('a read on quorum is refused, saying how many answered of how many, and any other is served', async () => {
    await put(node, 'k', 'value');
    const answer = await get(node, 'k?consistency=quorum');
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(answer.body.toString()).toBe('Quorum not reached: 1 of 2 replicas answered');
    expect(await get(node, 'k')).toMatchObject({ status: 200 });
  });
});

describe('three nodes', () => {
  let nodes: RunningNode[];
  beforeAll(async () => {
    const first = await startTestNode({ nodeId: 'first', clusterSecrets: ['shared'] });
    const seeds = { peers: [{ host: '127.0.0.1', port: first.port }], clusterSecrets: ['shared'] };
    const others = await Promise.all(['second', 'third'].map((nodeId) => startTestNode({ nodeId, ...seeds })));
    nodes = [first, ...others];
    await Promise.all(nodes.map(({ joined }) => joined));
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  });

  test('each read on quorum sees the write before it, whichever node it is asked of, up to the largest value', async () => {
    await expect.poll(() => Promise.all(nodes.map(countsOf)), { timeout: 10_000 }).toEqual(['3', '3', '3']);
    for (let round = 0; round < 30; round++) {
      const [writer, reader] = [nodes[round % 3], nodes[(round + 1) % 3]];
      if (writer === undefined || reader === undefined) throw new Error('no such node');
      const value = round === 29 ? 'v'.repeat(10 * 1024 * 1024) : `value ${round}`;
      expect((await put(writer, 'register', value)).status).toBe(201);
      const answer = await get(reader, 'register?consistency=quorum');
      expect(answer.status).toBe(200);
      expect(answer.body.equals(Buffer.from(value))).toBe(true);
    }
  });
});
