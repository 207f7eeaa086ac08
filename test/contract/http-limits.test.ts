import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { NodeConfig } from '../../src/node/config/node-config.js';
import type { RunningNode } from '../../src/node/node.js';
import { ask } from './support/ask.js';
import { expectBaseHeaders } from './support/base-headers.js';
import { startTestNode } from './support/test-node.js';

let node: RunningNode | undefined;
afterEach(async () => {
  await node?.stop();
  node = undefined;
});

async function start(overrides: Partial<NodeConfig>): Promise<number> {
  node = await startTestNode(overrides);
  return node.port;
}

/** Too slow to be refilled while a test runs. */
const SLOW_RATE = 0.01;

const PING = JSON.stringify({ type: 'PING', from: 'peer', timestamp: 1 });
const message = (port: number, body: string, headers: readonly string[] = []) =>
  ask(port, 'POST', '/v1/gossip/message', { body, headers });
const health = (port: number, headers: readonly string[] = []) => ask(port, 'GET', '/v1/health', { headers });

async function metric(port: number, name: string): Promise<number> {
  const { body } = await ask(port, 'GET', '/v1/metrics', { headers: ['X-Forwarded-For: 192.0.2.250'] });
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(body.toString())?.[1]);
}

describe('the rate limit', () => {
  test('answers 429 with Retry-After once a client has used up its burst', async () => {
    const port = await start({ rateLimit: 2 });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await health(port)).status);
    expect(statuses).toEqual([200, 200, 200, 200]);
    const limited = await health(port);
    expect(limited).toMatchObject({
      status: 429,
      body: Buffer.from('Rate limit exceeded'),
      headers: { 'retry-after': '1' },
    });
    expectBaseHeaders(limited.headers);
  });

  test('below one request in two seconds still lets a request through, and says when to come again', async () => {
    const port = await start({ rateLimit: SLOW_RATE });
    expect((await health(port)).status).toBe(200);
    expect(await health(port)).toMatchObject({ status: 429, headers: { 'retry-after': '100' } });
  });

  test('counts every way in for clients, the unknown ones too', async () => {
    const ways = [
      ['GET', '/v1/data/k'],
      ['PUT', '/v1/data/k'],
      ['GET', '/v1/keys'],
      ['GET', '/v1/metrics'],
      ['GET', '/nowhere'],
      ['OPTIONS', '/v1/data/k'],
    ] as const;
    const port = await start({ rateLimit: ways.length / 2, trustProxy: true });
    for (const [method, target] of ways) expect((await ask(port, method, target)).status).not.toBe(429);
    // One more request may be allowed meanwhile, where this machine takes its time; not two.
    for (const [method, target] of ways) {
      const statuses = [(await ask(port, method, target)).status, (await ask(port, method, target)).status];
      expect(statuses).toContain(429);
    }
  });

  test('holds up neither gossip nor the probes of a supervisor', async () => {
    const port = await start({ rateLimit: SLOW_RATE });
    await health(port);
    expect((await health(port)).status).toBe(429);
    for (let i = 0; i < 20; i++) expect((await message(port, PING)).status).toBe(200);
    for (const probe of ['/livez', '/readyz']) expect((await ask(port, 'GET', probe)).status).toBe(200);
  });

  test('is not spent by gossip', async () => {
    const port = await start({ rateLimit: SLOW_RATE });
    for (let i = 0; i < 20; i++) await message(port, PING);
    expect((await health(port)).status).toBe(200);
  });

  test('is spent by gossip that is not signed where it must be', async () => {
    const port = await start({ rateLimit: 2, clusterSecrets: ['s'] });
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await message(port, PING)).status);
    statuses.push((await message(port, PING, [`X-Repram-Signature: ${'0'.repeat(64)}`])).status);
    expect(statuses).toEqual([403, 403, 403, 403]);
    expect((await message(port, PING)).status).toBe(429);
    expect((await message(port, PING, [`X-Repram-Signature: ${'0'.repeat(64)}`])).status).toBe(429);
    expect((await health(port)).status).toBe(429);
    expect((await message(port, PING, [`X-Repram-Signature: ${hmac('s', PING)}`])).status).toBe(200);
  });

  test('goes by the address the proxy names, where the proxy is trusted, and then by its own entry', async () => {
    const port = await start({ rateLimit: SLOW_RATE, trustProxy: true });
    const from = (forwarded: string) => health(port, [`X-Forwarded-For: ${forwarded}`]).then(({ status }) => status);
    expect(await from('192.0.2.1')).toBe(200);
    expect(await from('192.0.2.1')).toBe(429);
    expect(await from('192.0.2.2')).toBe(200);
    expect(await from('forged, 192.0.2.2')).toBe(429);
    expect(await from('192.0.2.77, 192.0.2.3')).toBe(200);
    expect(await from('192.0.2.78, 192.0.2.3')).toBe(429);
    expect(await from('2001:db8::1')).toBe(200);
    expect(await from('2001:db8::ffff')).toBe(429);
    expect(await from('nonsense')).toBe(200);
    expect(await from('more nonsense')).toBe(429);
    expect(await metric(port, 'repram_rate_limited_requests_total')).toBe(5);
  });

  test('pays no heed to X-Forwarded-For otherwise', async () => {
    const port = await start({ rateLimit: SLOW_RATE });
    expect((await health(port, ['X-Forwarded-For: 192.0.2.1'])).status).toBe(200);
    expect((await health(port, ['X-Forwarded-For: 192.0.2.2'])).status).toBe(429);
  });
});

describe('the cluster secret', () => {
  const SECRET = 'geheim ü';
  const BOOTSTRAP = JSON.stringify({ node_id: 'b', address: '127.0.0.1', http_port: 1 });

  test.each([
    ['a good signature', (body: string) => [hmac(SECRET, body)], 200, undefined],
    ['a good signature in capitals', (body: string) => [hmac(SECRET, body).toUpperCase()], 200, undefined],
    ['no signature', () => [], 403, 'Missing signature'],
    ['an empty signature', () => [''], 403, 'Missing signature'],
    ['the signature of other bytes', (body: string) => [hmac(SECRET, `${body} `)], 403, 'Invalid signature'],
    ['the signature by another secret', (body: string) => [hmac('other', body)], 403, 'Invalid signature'],
    ['a short signature', (body: string) => [hmac(SECRET, body).slice(0, 62)], 403, 'Invalid signature'],
    ['a long signature', (body: string) => [`${hmac(SECRET, body)}00`], 403, 'Invalid signature'],
    ['no hexadecimal', () => ['z'.repeat(64)], 403, 'Invalid signature'],
    ['two signatures', (body: string) => [hmac(SECRET, body), hmac(SECRET, body)], 403, 'Invalid signature'],
  ])('%s', async (_, sign, status, text) => {
    const port = await start({ clusterSecrets: [SECRET] });
    for (const [path, body] of [
      ['/v1/gossip/message', PING],
      ['/v1/bootstrap', BOOTSTRAP],
    ] as const) {
      const headers = sign(body).map((signature) => `X-Repram-Signature: ${signature}`);
      const answer = await ask(port, 'POST', path, { body, headers });
      expect(answer.status).toBe(status);
      if (text !== undefined) expect(answer.body.toString()).toBe(text);
      expectBaseHeaders(answer.headers);
    }
  });

  const sync = (atMs: number) => {
    const info = { id: 'b', address: '127.0.0.1', http_port: 1, x: { incarnation: 1, instance: 'i' } };
    return JSON.stringify({ type: 'SYNC', from: 'b', timestamp: Math.floor(atMs / 1000), node_info: info });
  };
  const post = (port: number, body: string) =>
    ask(port, 'POST', '/v1/gossip/message', { body, headers: [`X-Repram-Signature: ${hmac(SECRET, body)}`] });

  test('keeps out what was signed long ago, and says what time it is', async () => {
    const port = await start({ clusterSecrets: [SECRET], maxMessageAgeMs: 60_000 });
    const [before, refused, after] = [Date.now(), await post(port, sync(Date.now() - 120_000)), Date.now()];
    expect([refused.status, refused.body.toString()]).toEqual([403, 'Stale message']);
    const saidMs = Number(refused.headers['x-repram-time']);
    expect(saidMs >= before && saidMs <= after).toBe(true);
    expect((await post(port, sync(Date.now()))).status).toBe(200);
    expect(await metric(port, 'repram_stale_messages_total')).toBe(1);
  });

  test('may be one of several', async () => {
    const port = await start({ clusterSecrets: ['another', SECRET] });
    expect((await post(port, PING)).status).toBe(200);
    expect(await metric(port, 'repram_signatures_verified_total{secret="2"}')).toBe(1);
  });

  test('is no business of clients', async () => {
    const port = await start({ clusterSecrets: [SECRET] });
    expect((await ask(port, 'PUT', '/v1/data/k', { body: 'v' })).status).toBe(201);
    expect((await health(port)).status).toBe(200);
  });
});

describe('the storage cap', () => {
  const MIB = 1024 * 1024;
  const put = (port: number, key: string, size: number) =>
    ask(port, 'PUT', `/v1/data/${key}`, { body: Buffer.alloc(size, key) });
  const gossipPut = (port: number, id: string, size: number) =>
    message(
      port,
      JSON.stringify({
        type: 'PUT',
        from: 'peer',
        timestamp: Math.floor(Date.now() / 1000),
        message_id: id,
        key: 'gossiped',
        data: Buffer.alloc(size, 'g').toString('base64'),
        ttl: 300,
      }),
    );

  test('is 507 for clients and peers alike, and what is held stays as it was', async () => {
    const port = await start({ maxStorageBytes: MIB });
    expect((await put(port, 'a', MIB / 2)).status).toBe(201);
    const full = await put(port, 'b', MIB);
    expect(full).toMatchObject({ status: 507, body: Buffer.from('Node storage capacity exceeded') });
    expectBaseHeaders(full.headers);
    expect((await put(port, 'a', MIB)).status).toBe(507);
    expect((await gossipPut(port, 'm-1', MIB)).status).toBe(507);
    expect((await ask(port, 'GET', '/v1/data/a')).body).toEqual(Buffer.alloc(MIB / 2, 'a'));
    expect((await ask(port, 'GET', '/v1/data/gossiped')).status).toBe(404);
    expect((await put(port, 'b', 1000)).status).toBe(201);
  });

  test('does not make a refused write of a peer look like a repetition when it comes again', async () => {
    const port = await start({ maxStorageBytes: MIB });
    await put(port, 'a', MIB / 2);
    expect((await gossipPut(port, 'm-1', MIB / 2)).status).toBe(507);
    expect((await put(port, 'a', 10)).status).toBe(201);
    expect((await gossipPut(port, 'm-1', MIB / 2)).status).toBe(200);
    expect((await ask(port, 'GET', '/v1/data/gossiped')).body).toHaveLength(MIB / 2);
  });
});

function hmac(secret: string, body: string): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}
