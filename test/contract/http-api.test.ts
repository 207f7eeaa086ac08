import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningNode } from '../../src/node/node.js';
import { requestBytes } from './hostile/input.js';
import { ask, json } from './support/ask.js';
import { expectBaseHeaders } from './support/base-headers.js';
import { exchange } from './support/raw-connection.js';
import { startTestNode } from './support/test-node.js';

let node: RunningNode;
beforeAll(async () => {
  node = await startTestNode({ nodeId: 'api', enclave: 'lab' });
});
afterAll(() => node.stop());

describe('every answer carries the security headers', () => {
  test.each([
    ['GET', '/v1/health', 200],
    ['GET', '/v1/data/none', 404],
    ['GET', '/nowhere', 404],
    ['GET', '/', 404],
    ['PUT', '/v1/data/headers', 201],
    ['GET', '/v1/data/%zz', 400],
    ['DELETE', '/v1/data/k', 405],
    ['DELETE', '/v1/health', 405],
    ['GET', '/v1/bootstrap', 405],
    ['OPTIONS', '/v1/data/k', 200],
    ['HEAD', '/v1/health', 200],
    ['GET', '/livez', 200],
    ['GET', '/v1/metrics', 200],
    ['POST', '/v1/gossip/message', 400],
  ])('%s %s → %i', async (method, target, status) => {
    const answer = await ask(node.port, method, target);
    expect(answer.status).toBe(status);
    expectBaseHeaders(answer.headers);
  });
});

describe('methods', () => {
  const CONTROL = ['/livez', '/readyz', '/v1/health', '/v1/status', '/v1/topology', '/v1/keys', '/v1/metrics'];

  test.each([
    ...CONTROL.map((path) => [path, 'GET, HEAD, OPTIONS', 'PUT'] as const),
    ['/v1/data/k', 'GET, HEAD, PUT, OPTIONS', 'POST'] as const,
    ['/v1/gossip/message', 'POST, OPTIONS', 'GET'] as const,
    ['/v1/bootstrap', 'POST, OPTIONS', 'PUT'] as const,
  ])('%s allows %s and says so to %s', async (path, allow, wrong) => {
    for (const method of [wrong, 'DELETE', 'PATCH']) {
      const answer = await ask(node.port, method, path);
      expect(answer).toMatchObject({ status: 405, headers: { allow } });
    }
  });

  test.each(CONTROL)('HEAD %s is GET without the body', async (path) => {
    const [get, head] = [await ask(node.port, 'GET', path), await ask(node.port, 'HEAD', path)];
    expect(head.status).toBe(get.status);
    expect(head.headers['content-type']).toBe(get.headers['content-type']);
    expect(head.body).toHaveLength(0);
  });
});

describe('CORS', () => {
  const ORIGIN = ['Origin: https://app.example'];

  test.each([
    ['GET', '/v1/health'],
    ['GET', '/v1/data/none'],
    ['PUT', '/v1/data/cors'],
    ['GET', '/nowhere'],
    ['DELETE', '/v1/data/k'],
    ['POST', '/v1/gossip/message'],
  ])('%s %s echoes the origin, and says nothing without one', async (method, target) => {
    const answer = await ask(node.port, method, target, { headers: ORIGIN });
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-expose-headers': 'X-Created-At, X-Original-TTL, X-Remaining-TTL, X-REPRAM-Node',
      vary: 'Origin',
    });
    const without = await ask(node.port, method, target);
    expect(Object.keys(without.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test.each(['/v1/data/k', '/v1/gossip/message', '/nowhere', '*'])(
    'OPTIONS %s is a preflight answer',
    async (target) => {
      const answer = await ask(node.port, 'OPTIONS', target, {
        headers: [...ORIGIN, 'Access-Control-Request-Method: PUT'],
      });
      expect(answer.status).toBe(200);
      expect(answer.body).toHaveLength(0);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': 'https://app.example',
        'access-control-allow-methods': 'GET, HEAD, PUT, POST, OPTIONS',
        'access-control-allow-headers': 'Content-Type, X-TTL, X-Repram-Signature',
        'access-control-max-age': '3600',
      });
    },
  );
});

describe('about the node', () => {
  test('health names the node, its network and its enclave', async () => {
    const answer = await ask(node.port, 'GET', '/v1/health');
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(json(answer)).toEqual({ status: 'healthy', node_id: 'api', network: 'private', enclave: 'lab' });
  });

  test('status adds uptime and memory', async () => {
    const status = json(await ask(node.port, 'GET', '/v1/status'));
    expect(status).toMatchObject({ status: 'healthy', node_id: 'api', network: 'private', enclave: 'lab' });
    expect(status['uptime']).toMatch(/^\d+s$/);
    const { rss, heap_used, heap_total, external } = status['memory'] as Record<string, number>;
    for (const bytes of [rss, heap_used, heap_total, external]) expect(bytes).toBeGreaterThan(0);
  });

  test('topology lists who has joined', async () => {
    const alone = { node_id: 'api', enclave: 'lab', peers: [], role: 'substrate', children: [] };
    expect(json(await ask(node.port, 'GET', '/v1/topology'))).toEqual(alone);
    const joiner = { node_id: 'b', address: '127.0.0.1', gossip_port: 1, http_port: 1, enclave: 'other' };
    expect(await ask(node.port, 'POST', '/v1/bootstrap', { body: JSON.stringify(joiner) })).toMatchObject({
      status: 200,
    });
    expect(json(await ask(node.port, 'GET', '/v1/topology'))['peers']).toEqual([
      { id: 'b', address: '127.0.0.1', http_port: 1, enclave: 'other' },
    ]);
    const [verbose] = json(await ask(node.port, 'GET', '/v1/topology?verbose'))['peers'] as Record<string, unknown>[];
    expect(verbose?.['x']).toMatchObject({ state: expect.stringMatching(/^(alive|suspect)$/) });
  });

  test('probes of a supervisor', async () => {
    expect(await ask(node.port, 'GET', '/livez')).toMatchObject({ status: 200, body: Buffer.from('ok') });
    expect(await ask(node.port, 'GET', '/readyz')).toMatchObject({ status: 200, body: Buffer.from('ready') });
    const verbose = await ask(node.port, 'GET', '/readyz?verbose');
    expect(verbose.body.toString()).toMatch(
      /^\[\+\] serving: accepting requests\n\[\+\] member: not removed\n\[\+\] peers: \d+ live\n\[\+\] tree: substrate, 0 attached\n\[\+\] data: [\w .]+\nready\n$/,
    );
  });
});

describe('metrics', () => {
  const SAMPLE =
    /^([a-zA-Z_:][\w:]*)(?:\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\.)*",?)*\})? (?:[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)$/;
  const COMMENT = /^# (HELP [a-zA-Z_:][\w:]* \S.*|TYPE [a-zA-Z_:][\w:]* (counter|gauge|histogram|summary|untyped))$/;

  test('are Prometheus text, each series after its type', async () => {
    const answer = await ask(node.port, 'GET', '/v1/metrics');
    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = answer.body.toString();
    expect(text.endsWith('\n')).toBe(true);
    const typed = new Set<string>();
    for (const line of text.split('\n').filter((line) => line !== '')) {
      const name = SAMPLE.exec(line)?.[1];
      if (name === undefined) expect(line).toMatch(COMMENT);
      else expect(typed, line).toContain(name.replace(/_(bucket|sum|count)$/, ''));
      const [, declared] = /^# TYPE (\S+)/.exec(line) ?? [];
      if (declared !== undefined) {
        expect(typed, `${declared} is declared twice`).not.toContain(declared);
        typed.add(declared);
      }
    }
  });

  test.each([
    ['a key that is no UTF-8', requestBytes('GET', '/v1/data/%ff', '')],
    ['a Host header that is none', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n'],
    ['a target that is none', 'GET nowhere HTTP/1.1\r\nHost: node\r\n\r\n'],
    ['what is no HTTP', 'BROKEN\r\n\r\n'],
  ])('count %s as malformed', async (_what, bytes) => {
    const before = await malformed();
    await exchange(node.port, bytes);
    expect((await malformed()) - before).toBe(1);
  });

  async function malformed(): Promise<number> {
    const text = (await ask(node.port, 'GET', '/v1/metrics')).body.toString();
    return Number(/^repram_malformed_requests_total (\d+)$/m.exec(text)?.[1]);
  }

  test.each([
    'repram_peers_active',
    'repram_peer_evictions_total',
    'repram_peer_joins_total',
    'repram_ping_failures_total',
    'repram_rate_limited_requests_total',
  ])('hold %s, as in the field', async (name) => {
    const text = (await ask(node.port, 'GET', '/v1/metrics')).body.toString();
    expect(text).toMatch(new RegExp(`^${name} \\d+$`, 'm'));
  });
});
