import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { NodeConfig } from '../../src/node/config/node-config.js';
import type { RunningNode } from '../../src/node/node.js';
import { requestText } from './hostile/input.js';
import { ask } from './support/ask.js';
import { FakePeer } from './support/fake-peer.js';
import { RawConnection, statusOf } from './support/raw-connection.js';
import { startTestNode } from './support/test-node.js';

const nodes: RunningNode[] = [];
let peer: FakePeer;
beforeEach(async () => {
  peer = await FakePeer.start();
});
afterEach(async () => {
  peer.stop();
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
});

async function start(overrides: Partial<NodeConfig> = {}): Promise<RunningNode> {
  const node = await startTestNode(overrides);
  nodes.push(node);
  return node;
}

/** How long `stop` takes, in milliseconds. */
async function timeToStop(node: RunningNode): Promise<number> {
  const startedMs = performance.now();
  await node.stop();
  return performance.now() - startedMs;
}

function isRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}

/** A write that waits for its quorum, since the only other member of the enclave says nothing. */
async function startWrite(overrides: Partial<NodeConfig>) {
  const node = await start(overrides);
  await peer.join(node.port);
  const client = await RawConnection.open(node.port);
  client.send(requestText('PUT', '/v1/data/in-flight', ['Content-Length: 5'], 'value'));
  const put = await peer.message('PUT');
  return { node, client, put };
}

test('stopping twice is stopping once', async () => {
  const node = await start();
  expect(node.stop()).toBe(node.stop());
  await node.stop();
  expect(await isRefused(node.port)).toBe(true);
});

test('an idle connection, one that never spoke and one that stopped half way do not hold up the drain', async () => {
  const node = await start({ drainTimeoutMs: 5000 });
  const idle = await RawConnection.open(node.port);
  idle.send(requestText('GET', '/v1/health'));
  expect(statusOf(await idle.answer())).toBe(200);
  const mute = await RawConnection.open(node.port);
  const halfway = await RawConnection.open(node.port);
  halfway.send('GET /v1/health HTTP/1.1\r\nHos');
  await ask(node.port, 'GET', '/v1/health');
  expect(await timeToStop(node)).toBeLessThan(2500);
  for (const connection of [idle, mute, halfway]) expect(await connection.ended()).toBe(true);
});

/** An upload the node has begun to read and not finished. */
async function startUpload(node: RunningNode): Promise<RawConnection> {
  const upload = await RawConnection.open(node.port);
  upload.send(requestText('PUT', '/v1/data/upload', ['Content-Length: 8'], 'half'));
  await vi.waitFor(async () => {
    const { body } = await ask(node.port, 'GET', '/v1/metrics');
    expect(body.toString()).toMatch(/^repram_bodies_held_bytes 4$/m);
  });
  return upload;
}

test('an upload under way is taken and answered, and then its connection does not hold up the drain', async () => {
  const node = await start({ drainTimeoutMs: 10_000 });
  const upload = await startUpload(node);
  const stopping = timeToStop(node);
  const status = async () => (await fetch(`http://127.0.0.1:${node.port}/v1/health`)).status;
  await vi.waitFor(async () => expect(await status()).toBe(503));
  upload.send('half');
  expect(statusOf(await upload.answer())).toBe(201);
  expect(await upload.ended()).toBe(true);
  expect(await stopping).toBeLessThan(5000);
});

test('a stuck upload is cut off at the drain timeout', async () => {
  const node = await start({ drainTimeoutMs: 300 });
  const stuck = await startUpload(node);
  const tookMs = await timeToStop(node);
  expect(tookMs).toBeGreaterThan(250);
  expect(tookMs).toBeLessThan(2000);
  expect(await stuck.ended()).toBe(true);
});

test('a write in flight is finished before the node says that it leaves, and nothing new is begun', async () => {
  const { node, client, put } = await startWrite({ drainTimeoutMs: 10_000, writeTimeoutMs: 10_000 });
  const stopped = node.stop();

  const unready = await ask(node.port, 'GET', '/readyz?verbose');
  expect(unready.status).toBe(503);
  expect(unready.body.toString()).toMatch(/^\[-\] serving: draining\n(?:.*\n)*not ready\n$/);
  expect((await ask(node.port, 'GET', '/livez')).status).toBe(200);
  const turnedAway = { status: 503, headers: { 'retry-after': '1', connection: 'close' } };
  expect(await ask(node.port, 'PUT', '/v1/data/late', { body: 'x' })).toMatchObject(turnedAway);
  expect(await ask(node.port, 'GET', '/v1/health')).toMatchObject(turnedAway);
  const write = { type: 'PUT', from: peer.id, timestamp: 1, message_id: 'late', key: 'late', data: 'eA==', ttl: 300 };
  expect(await ask(node.port, 'POST', '/v1/gossip/message', { body: JSON.stringify(write) })).toMatchObject(turnedAway);

  expect(peer.received.map(({ type }) => type)).not.toContain('LEAVE');
  expect(await peer.acknowledge(node.port, put)).toBe(200);
  expect(statusOf(await client.answer())).toBe(201);
  await stopped;
  expect(peer.received.at(-1)).toMatchObject({ type: 'LEAVE', from: node.nodeId });
  expect(await isRefused(node.port)).toBe(true);
});

test('a write that finds no quorum in the drain timeout is cut off, and nothing listens any more', async () => {
  const { node, client } = await startWrite({ drainTimeoutMs: 200, writeTimeoutMs: 60_000 });
  expect(await timeToStop(node)).toBeLessThan(2000);
  expect(statusOf(await client.answer())).toBe('closed');
  expect(await isRefused(node.port)).toBe(true);
});

test('a drain timeout of nothing stops at once', async () => {
  const { node } = await startWrite({ drainTimeoutMs: 0, writeTimeoutMs: 60_000 });
  expect(await timeToStop(node)).toBeLessThan(1000);
  expect(await isRefused(node.port)).toBe(true);
});
