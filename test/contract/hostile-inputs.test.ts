import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningNode } from '../../src/node/node.js';
import { bootstrapFrom, bootstrapInputs } from './hostile/bootstrap.js';
import { GOSSIP_INPUTS } from './hostile/gossip.js';
import { HTTP_INPUTS } from './hostile/http.js';
import { type HostileInput, requestBytes, requestText } from './hostile/input.js';
import { NEWS_INPUTS } from './hostile/news.js';
import { RAW_INPUTS } from './hostile/raw.js';
import { REPLICA_INPUTS } from './hostile/replica.js';
import { expectBaseHeaders } from './support/base-headers.js';
import { exchange, RawConnection, statusOf } from './support/raw-connection.js';
import { startTestNode } from './support/test-node.js';

const NODE_ID = 'under-attack';
const CANARY = 'still here';

let node: RunningNode;
const escaped: unknown[] = [];
const onEscape = (error: unknown): void => void escaped.push(error);

beforeAll(async () => {
  process.on('unhandledRejection', onEscape);
  process.on('uncaughtException', onEscape);
  node = await startTestNode({ nodeId: NODE_ID, pingIntervalMs: 100, pingTimeoutMs: 50 });
  expect(await exchange(node.port, requestBytes('PUT', '/v1/data/canary', CANARY))).toMatchObject({ status: 201 });
});

afterAll(async () => {
  await node.stop();
  process.removeListener('unhandledRejection', onEscape);
  process.removeListener('uncaughtException', onEscape);
  expect(escaped).toEqual([]);
});

/** The node serves, holds what it held, and nothing escaped a handler. */
async function expectWell(): Promise<void> {
  const connection = await RawConnection.open(node.port);
  connection.send(requestText('GET', '/v1/health'));
  expect(await connection.answer()).toMatchObject({ status: 200 });
  connection.send(requestText('GET', '/v1/data/canary'));
  expect(await connection.answer()).toMatchObject({ status: 200, body: Buffer.from(CANARY) });
  connection.close();
  expect(escaped).toEqual([]);
}

async function abandon(bytes: string | Uint8Array): Promise<void> {
  const connection = await RawConnection.open(node.port);
  connection.send(bytes);
  connection.reset();
}

async function expectMet(input: HostileInput): Promise<void> {
  if (input.expect === 'abandoned') return abandon(input.bytes);
  const answer = await exchange(node.port, input.bytes, { halfClose: input.halfClose, head: isHead(input.bytes) });
  if (typeof answer === 'string') return expect(answer).toBe(input.expect);
  expect(answer.status, answer.body.toString('latin1', 0, 200)).toBe(input.expect);
  expectBaseHeaders(answer.headers);
}

function isHead(bytes: string | Uint8Array): boolean {
  return (typeof bytes === 'string' ? bytes : Buffer.from(bytes.subarray(0, 5)).toString()).startsWith('HEAD ');
}

describe.each([
  ['raw sockets', RAW_INPUTS],
  ['HTTP', HTTP_INPUTS],
  ['gossip', GOSSIP_INPUTS],
  ['news of members', NEWS_INPUTS],
  ['questions between replicas', REPLICA_INPUTS],
  ['bootstrap', bootstrapInputs(NODE_ID)],
] as const)('over %s', (_, inputs) => {
  test.each(inputs)('$name → $expect', async (input) => {
    await expectMet(input);
    await expectWell();
  });
});

test('a joiner at our own address → 403', async () => {
  await expectMet(bootstrapFrom('127.0.0.1', node.port));
  await expectWell();
});

test('answers keep the order of their requests when the last of them is broken', async () => {
  const connection = await RawConnection.open(node.port);
  connection.send(requestText('GET', '/v1/data/canary'));
  connection.send(requestText('GET', '/v1/data/nothing'));
  connection.send('BROKEN\r\n\r\n');
  const statuses = [await connection.answer(), await connection.answer(), await connection.answer()].map(statusOf);
  expect(statuses).toEqual([200, 404, 400]);
  expect(await connection.ended()).toBe(true);
  connection.close();
});

test('a client that never stops sending a broken head still sees why', async () => {
  const connection = await RawConnection.open(node.port);
  connection.send(`GET / HTTP/1.1\r\nHost: node\r\nX-Y: ${'a'.repeat(4 * 1024 * 1024)}`);
  expect(statusOf(await connection.answer())).toBe(431);
  expect(await connection.ended()).toBe(true);
  connection.close();
});
