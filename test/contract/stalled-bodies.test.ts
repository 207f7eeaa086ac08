import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { MAX_MESSAGE_BYTES, MAX_VALUE_BYTES } from '../../src/gossip/wire/limits.js';
import { BodyReader } from '../../src/node/http/body.js';
import { MAX_LARGE_BODIES_BYTES } from '../../src/node/http/body-budget.js';
import { MAX_STALL_MS } from '../../src/node/http/body-watch.js';
import { replyToBadBody } from '../../src/node/http/data-routes.js';
import { ReadableMetrics } from '../support/ports.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { requestText } from './hostile/input.js';
import { ask } from './support/ask.js';
import { RawConnection, statusOf } from './support/raw-connection.js';
import { startTestNode } from './support/test-node.js';

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

const from = (address: string) => `X-Forwarded-For: ${address}`;
const PING = JSON.stringify({ type: 'PING', from: 'peer', timestamp: 1 });
const HALF_MIB = Buffer.alloc(512 * 1024);

/** Begins uploads that stall after half a MiB each. */
async function stall(port: number, count: number, head: string): Promise<void> {
  for (let i = 0; i < count; i++) {
    const connection = await RawConnection.open(port);
    ending.push(() => connection.close());
    connection.send(head);
    connection.send(HALF_MIB);
  }
}

test.each([
  ['gossip with a made-up signature', 'POST', '/v1/gossip/message', MAX_MESSAGE_BYTES],
  ['uploads of clients', 'PUT', '/v1/data/large', MAX_VALUE_BYTES],
])('%s that stalls in 300 places holds up neither small gossip nor small writes', async (_, method, target, size) => {
  const node = await startTestNode({ trustProxy: true });
  ending.push(() => node.stop());
  const { port } = node;
  for (const address of ['192.0.2.1', '192.0.2.2']) {
    const headers = [from(address), `X-Repram-Signature: ${'0'.repeat(64)}`, `Content-Length: ${size}`];
    await stall(port, 150, requestText(method, target, headers));
  }
  await vi.waitFor(async () => {
    const metrics = (await ask(port, 'GET', '/v1/metrics')).body.toString();
    expect(metrics).toMatch(new RegExp(`^repram_bodies_held_bytes ${MAX_LARGE_BODIES_BYTES}$`, 'm'));
  });
  for (const address of ['192.0.2.1', '192.0.2.3']) {
    const headers = [from(address)];
    const gossip = await ask(port, 'POST', '/v1/gossip/message', { headers, body: PING });
    const write = await ask(port, 'PUT', '/v1/data/small', { headers, body: Buffer.alloc(60_000) });
    expect([gossip.status, write.status]).toEqual([200, 201]);
  }
  const large = await ask(port, method, target, { headers: [from('192.0.2.3')], body: HALF_MIB });
  expect(large).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
});

test('one address that stalls all it can leaves others room for large bodies', async () => {
  const node = await startTestNode({ trustProxy: true });
  ending.push(() => node.stop());
  const headers = [from('192.0.2.1'), `Content-Length: ${MAX_VALUE_BYTES}`];
  await stall(node.port, 100, requestText('PUT', '/v1/data/large', headers));
  await vi.waitFor(async () => {
    const metrics = (await ask(node.port, 'GET', '/v1/metrics')).body.toString();
    expect(metrics).toMatch(new RegExp(`^repram_bodies_held_bytes ${MAX_LARGE_BODIES_BYTES / 2}$`, 'm'));
  });
  const put = (address: string) => ask(node.port, 'PUT', '/v1/data/k', { headers: [from(address)], body: HALF_MIB });
  expect((await put('192.0.2.1')).status).toBe(503);
  expect((await put('192.0.2.2')).status).toBe(201);
});

test('a body that stalls is answered 408, and its connection ended', async () => {
  const clock = new VirtualClock();
  const bodies = new BodyReader({ clock, metrics: new ReadableMetrics() }, { trustProxy: false });
  const server = createServer(async (req, res) => {
    const body = await bodies.read(req, MAX_VALUE_BYTES, 'clients');
    if (!body.ok) replyToBadBody(req, res, body.reason, MAX_VALUE_BYTES);
  }).listen(0, '127.0.0.1');
  ending.push(() => server.close());
  await once(server, 'listening');
  const connection = await RawConnection.open((server.address() as AddressInfo).port);
  ending.push(() => connection.close());
  connection.send(requestText('PUT', '/', ['Content-Length: 99'], 'half'));
  await vi.waitFor(() => expect(clock.pendingTimers).toBe(1));
  clock.advance(2 * MAX_STALL_MS);
  expect(statusOf(await connection.answer())).toBe(408);
  expect(await connection.ended()).toBe(true);
});
