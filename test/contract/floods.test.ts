import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { MAX_MEMBERS } from '../../src/gossip/membership/member-table.js';
import type { RunningNode } from '../../src/node/node.js';
import { requestBytes, requestText } from './hostile/input.js';
import { exchange, RawConnection, statusOf } from './support/raw-connection.js';
import { startTestNode } from './support/test-node.js';

/** A loopback address of its own for each number; nothing listens there. */
const address = (i: number): string => `127.${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;

let node: RunningNode;
const escaped: unknown[] = [];
const onEscape = (error: unknown): void => void escaped.push(error);

beforeAll(async () => {
  process.on('unhandledRejection', onEscape);
  process.on('uncaughtException', onEscape);
  node = await startTestNode({ pingIntervalMs: 100, pingTimeoutMs: 50 });
});

/** Ten thousand nodes that are met, probed and evicted take ten seconds of CPU, on whatever the machine can spare. */
const LONG_MS = 60_000;

afterAll(async () => {
  await node.stop();
  process.removeListener('unhandledRejection', onEscape);
  process.removeListener('uncaughtException', onEscape);
  expect(escaped).toEqual([]);
});

/** Metrics as they were at one moment. */
async function metrics(...names: readonly string[]): Promise<readonly number[]> {
  const answer = await exchange(node.port, requestText('GET', '/v1/metrics'));
  const text = typeof answer === 'string' ? '' : answer.body.toString();
  return names.map((name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]));
}

async function metric(name: string): Promise<number> {
  const [value = Number.NaN] = await metrics(name);
  return value;
}

async function expectServing(): Promise<void> {
  expect(statusOf(await exchange(node.port, requestText('GET', '/v1/health')))).toBe(200);
  const written = await exchange(node.port, requestBytes('PUT', '/v1/data/flooded', 'x'));
  expect([201, 202]).toContain(statusOf(written));
  expect(escaped).toEqual([]);
}

/** Posts bodies over a few connections, one after the other on each; gives how often each status came. */
async function flood(target: string, bodies: readonly string[]): Promise<Map<string, number>> {
  const statuses = new Map<string, number>();
  const queue = bodies.values();
  const worker = async (): Promise<void> => {
    const connection = await RawConnection.open(node.port);
    for (const body of queue) {
      connection.send(requestBytes('POST', target, body));
      const status = String(statusOf(await connection.answer()));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return statuses;
}

test('500 requests that stop half way hold up nobody, and cost nothing once they are gone', async () => {
  const halves = [
    'GET /v1/health HTTP/1.1\r\nHos',
    requestText('PUT', '/v1/data/half', ['Content-Length: 99'], 'half'),
  ];
  const connections = await Promise.all(Array.from({ length: 500 }, () => RawConnection.open(node.port)));
  for (const [i, connection] of connections.entries()) connection.send(halves[i % 2] ?? '');
  await vi.waitFor(async () => expect(await metric('repram_bodies_held_bytes')).toBe(250 * 'half'.length));
  await expectServing();
  for (const connection of connections) connection.reset();
  await vi.waitFor(async () => expect(await metric('repram_connections_open')).toBeLessThanOrEqual(1));
  expect(await metric('repram_bodies_held_bytes')).toBe(0);
});

test('2000 joiners with names of their own are met, and the node still serves', async () => {
  const bodies = Array.from({ length: 2000 }, (_, i) =>
    JSON.stringify({ node_id: `joiner-${i}`, address: address(i), http_port: 1 }),
  );
  const statuses = await flood('/v1/bootstrap', bodies);
  expect([...statuses]).toEqual([['200', 2000]]);
  await expectServing();
});

test(
  'hearsay of more nodes than the table holds leaves it within its bounds',
  async () => {
    const bodies = Array.from({ length: MAX_MEMBERS + 200 }, (_, i) =>
      JSON.stringify({
        type: 'SYNC',
        from: 'gossip',
        timestamp: 1,
        node_info: { id: `rumour-${i}`, address: address(i), http_port: 1 },
      }),
    );
    const statuses = await flood('/v1/gossip/message', bodies);
    expect([...statuses]).toEqual([['200', bodies.length]]);
    const [live = 0, dead = 0] = await metrics('repram_peers_active', 'repram_peers_dead');
    expect(live + dead).toBeGreaterThan(MAX_MEMBERS / 2);
    expect(live + dead).toBeLessThanOrEqual(MAX_MEMBERS);
    await expectServing();
  },
  LONG_MS,
);
