import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ApiClient } from '../../src/node/client/api-client.js';
import { createHttpRequest, createHttpStreams } from '../../src/node/client/http.js';
import type { NodeConfig } from '../../src/node/config/node-config.js';
import { EventLog } from '../../src/node/events/event-log.js';
import type { NodeEvent, StreamEvent } from '../../src/node/events/node-event.js';
import {
  EventRoutes,
  HEARTBEAT_MS,
  MAX_EVENT_STREAMS,
  MAX_EVENT_STREAMS_PER_ADDRESS,
} from '../../src/node/http/event-routes.js';
import type { RunningNode } from '../../src/node/node.js';
import { ReadableMetrics, RecordingLog } from '../support/ports.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { requestText } from './hostile/input.js';
import { ask } from './support/ask.js';
import { EventReader } from './support/event-reader.js';
import { RawConnection } from './support/raw-connection.js';
import { startTestNode } from './support/test-node.js';

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function start(overrides: Partial<NodeConfig> = {}): Promise<RunningNode> {
  const node = await startTestNode({ nodeId: 'watched', ...overrides });
  ending.push(() => node.stop());
  return node;
}

async function read(port: number, query = '', headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
  const reader = await EventReader.open(port, query, headers);
  ending.push(() => reader.close());
  return reader;
}

/** A member that says it is there. Nobody answers at its address, so it becomes suspect and is evicted later on. */
async function join(node: RunningNode, id: string, incarnation = 1): Promise<void> {
  const x = { incarnation, instance: `${id}-${incarnation}` };
  const who = { node_id: id, address: '127.0.0.2', gossip_port: 1, http_port: 1, enclave: 'lab', x };
  expect((await ask(node.port, 'POST', '/v1/bootstrap', { body: JSON.stringify(who) })).status).toBe(200);
}

async function leave(node: RunningNode, id: string): Promise<void> {
  const x = { incarnation: 1, instance: `${id}-1` };
  const message = { type: 'LEAVE', from: id, timestamp: 1, message_id: `leave-${id}`, x };
  const answer = await ask(node.port, 'POST', '/v1/gossip/message', { body: JSON.stringify(message) });
  expect(answer.status).toBe(200);
}

function memberOf(event: StreamEvent) {
  return 'member' in event ? event.member : undefined;
}

describe('GET /v1/events', () => {
  test('begins with who lives now, and goes on with what happens', async () => {
    const node = await start();
    await join(node, 'early');
    const reader = await read(node.port, '?kinds=joined');
    expect(reader.answer.statusCode).toBe(200);
    expect(reader.answer.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    const hello = await reader.next();
    const early = { id: 'early', address: '127.0.0.2', http_port: 1, enclave: 'lab', incarnation: 1 };
    expect(hello).toMatchObject({ kind: 'hello', node_id: 'watched', members: [early] });
    await join(node, 'late');
    const joined = await reader.next();
    expect(joined).toMatchObject({ kind: 'joined', member: { ...early, id: 'late', state: 'alive' } });
    expect(joined.id).toBeGreaterThan(hello.id);
    expect(Date.parse(joined.at)).toBeGreaterThan(Date.parse(hello.at) - 1);
  });

  test('is readable by a page of another origin', async () => {
    const node = await start();
    const { answer } = await read(node.port, '', { origin: 'https://dashboard.test' });
    expect(answer.headers['access-control-allow-origin']).toBe('https://dashboard.test');
  });

  test('shows a member that says goodbye, and a fast restart as leaving and joining', async () => {
    const node = await start();
    const reader = await read(node.port, '?kinds=joined,left');
    await reader.next();
    await join(node, 'm');
    await join(node, 'm', 2);
    await join(node, 'gone');
    await leave(node, 'gone');
    const events: StreamEvent[] = [];
    while (events.length < 5) events.push(await reader.next());
    expect(events).toMatchObject([
      { kind: 'joined', member: { id: 'm', incarnation: 1 } },
      { kind: 'left', member: { id: 'm', incarnation: 1, state: 'left' }, cause: 'restarted' },
      { kind: 'joined', member: { id: 'm', incarnation: 2 }, cause: 'restarted' },
      { kind: 'joined', member: { id: 'gone' } },
      { kind: 'left', member: { id: 'gone', state: 'left' }, cause: 'said goodbye' },
    ]);
  });

  test('filters by kind', async () => {
    const node = await start();
    const reader = await read(node.port, '?kinds=left');
    await join(node, 'm');
    await leave(node, 'm');
    expect(await reader.kinds(2)).toEqual(['hello', 'left']);
  });

  test('shows a node that is alone and looks for its seeds', async () => {
    const peers = [{ host: '127.0.0.1', port: 1 }];
    const node = await start({ peers, recoveryIntervalMs: 200 });
    const reader = await read(node.port, '?since=0&kinds=recovery-started,recovery-ended');
    const events = [await reader.next(), await reader.next(), await reader.next()];
    expect(events).toMatchObject([{ kind: 'hello' }, { kind: 'recovery-started' }, { outcome: 'alone' }]);
  });

  test('replays what a reader that comes back has missed, and nothing twice', async () => {
    const node = await start();
    const first = await read(node.port, '?kinds=joined');
    await first.next();
    await join(node, 'a');
    const { id } = await first.next();
    first.close();
    await join(node, 'b');
    // A browser that comes back repeats the URL it began with.
    for (const [since, headers] of [[0, { 'last-event-id': String(id) }] as const, [id, {}] as const]) {
      const reader = await read(node.port, `?kinds=joined&since=${since}`, headers);
      expect(await reader.next()).toMatchObject({ kind: 'hello', id });
      expect(memberOf(await reader.next())?.id).toBe('b');
    }
    const last = await read(node.port, '?kinds=joined', { 'last-event-id': String(id + 100) });
    expect(await last.kinds(4)).toEqual(['hello', 'gap', 'joined', 'joined']);
  });

  test('says so where a reader has missed what is no longer kept, such as the events of a former process', async () => {
    const node = await start();
    await join(node, 'a');
    const reader = await read(node.port, '?kinds=joined', { 'last-event-id': '7' });
    const [hello, gap, joined] = [await reader.next(), await reader.next(), await reader.next()];
    expect(hello).toMatchObject({ kind: 'hello', id: 7 });
    expect(gap).toMatchObject({ kind: 'gap', after: 7, id: joined.id - 1 });
    expect(memberOf(joined)?.id).toBe('a');
  });

  test('refuses what it does not understand, naming what is allowed', async () => {
    const node = await start();
    const strange = await ask(node.port, 'GET', '/v1/events?kinds=joined,died');
    expect(strange.status).toBe(400);
    expect(strange.body.toString()).toMatch(/^Unknown kind of event; allowed: joined, .*recovery-ended$/);
    expect((await ask(node.port, 'GET', '/v1/events?since=yesterday')).status).toBe(400);
    expect((await ask(node.port, 'GET', '/v1/events', { headers: ['Last-Event-ID: x'] })).status).toBe(400);
    const posted = await ask(node.port, 'POST', '/v1/events');
    expect(posted).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } });
    const head = await ask(node.port, 'HEAD', '/v1/events');
    expect(head).toMatchObject({ status: 200, headers: { 'content-type': 'text/event-stream' } });
  });

  test('counts against the rate limit of its address', async () => {
    const node = await start({ rateLimit: 1 });
    const readers = [await read(node.port), await read(node.port), await read(node.port)];
    expect(readers.map(({ answer }) => answer.statusCode)).toEqual([200, 200, 429]);
  });

  test('serves a bounded number of readers, and another one when a place is free', async () => {
    const node = await start({ trustProxy: true });
    const readFrom = (i: number) =>
      read(node.port, '', { 'x-forwarded-for': `192.0.2.${Math.floor(i / MAX_EVENT_STREAMS_PER_ADDRESS)}` });
    const readers = await Promise.all(Array.from({ length: MAX_EVENT_STREAMS }, (_, i) => readFrom(i)));
    expect(readers.every(({ answer }) => answer.statusCode === 200)).toBe(true);
    const refused = await ask(node.port, 'GET', '/v1/events');
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '10' } });
    expect(refused.body.toString()).toBe('Too many readers of events: at most 64');
    expect((await ask(node.port, 'GET', '/v1/health')).status).toBe(200);
    readers[0]?.close();
    await vi.waitFor(async () => expect((await read(node.port)).answer.statusCode).toBe(200));
    const metrics = (await ask(node.port, 'GET', '/v1/metrics')).body.toString();
    expect(metrics).toMatch(/^repram_event_streams 64$/m);
    expect(metrics).toMatch(/^repram_event_streams_refused_total [1-9]/m);
  });

  test('leaves others their places, however many one address asks for', async () => {
    const node = await start({ trustProxy: true });
    const greedy = { 'x-forwarded-for': '192.0.2.1' };
    const readers = await Promise.all(
      Array.from({ length: MAX_EVENT_STREAMS_PER_ADDRESS }, () => read(node.port, '', greedy)),
    );
    expect(readers.every(({ answer }) => answer.statusCode === 200)).toBe(true);
    const refused = await ask(node.port, 'GET', '/v1/events', { headers: ['X-Forwarded-For: 192.0.2.1'] });
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '10' } });
    expect(refused.body.toString()).toBe('Too many readers of events at this address: at most 16');
    expect((await read(node.port, '', { 'x-forwarded-for': '192.0.2.2' })).answer.statusCode).toBe(200);
    readers[0]?.close();
    await vi.waitFor(async () => expect((await read(node.port, '', greedy)).answer.statusCode).toBe(200));
  });

  test('does not hold up a shutdown, neither by readers nor by one that reads nothing', async () => {
    const node = await start({ drainTimeoutMs: 10_000 });
    const reader = await read(node.port);
    await reader.next();
    const mute = await RawConnection.open(node.port);
    mute.socket.pause();
    mute.send(requestText('GET', '/v1/events'));
    await vi.waitFor(async () => {
      expect((await ask(node.port, 'GET', '/v1/metrics')).body.toString()).toMatch(/^repram_event_streams 2$/m);
    });
    const ended = reader.ended();
    const startedMs = performance.now();
    await node.stop();
    expect(performance.now() - startedMs).toBeLessThan(2000);
    await ended;
    mute.close();
  });
});

describe('in a program', () => {
  test('a running node tells its events, also those of before', async () => {
    const node = await start();
    await join(node, 'a');
    const seen: NodeEvent[] = [];
    const end = node.events.subscribe((event) => seen.push(event), { since: 0 });
    await join(node, 'b');
    end();
    await join(node, 'c');
    const joined = seen.filter(({ kind }) => kind === 'joined').map((event) => memberOf(event)?.id);
    expect(joined).toEqual(['a', 'b']);
  });

  test('a client iterates over the events of a node until it has enough', async () => {
    const node = await start();
    const client = new ApiClient(
      { request: createHttpRequest(), openStream: createHttpStreams() },
      { url: node.url, timeoutMs: 5000 },
    );
    const over = new AbortController();
    const seen: string[] = [];
    for await (const event of client.events({ kinds: ['joined'], signal: over.signal })) {
      seen.push(memberOf(event)?.id ?? event.kind);
      if (event.kind === 'hello') await join(node, 'a');
      else over.abort();
    }
    expect(seen).toEqual(['hello', 'a']);
  });
});

describe('a stream', () => {
  /** The routes alone, with a clock that stands still and events as large as a test likes. */
  async function serve() {
    const [clock, metrics] = [new VirtualClock(), new ReadableMetrics()];
    const events = new EventLog({ clock, log: new RecordingLog() });
    const malformed = metrics.counter('malformed', '');
    const routes = new EventRoutes(
      { clock, metrics },
      { nodeId: 'n', events, members: () => [], malformed, trustProxy: false },
    );
    const server: Server = createServer((req, res) => routes.handle(req, res, '')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ending.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    return { clock, metrics, events, port };
  }

  test('has a heartbeat while nothing happens, and no timer once nobody reads', async () => {
    const { clock, metrics, port } = await serve();
    const reader = await read(port);
    reader.answer.setEncoding('utf8');
    await once(reader.answer, 'data');
    const chunk = once(reader.answer, 'data');
    clock.advance(HEARTBEAT_MS);
    expect(await chunk).toEqual([': heartbeat\n\n']);
    reader.close();
    await vi.waitFor(() => expect([metrics.value('repram_event_streams'), clock.pendingTimers]).toEqual([0, 0]));
  });

  test('that is not read is cut off, and the others go on', async () => {
    const { metrics, events, port } = await serve();
    const slow = await RawConnection.open(port);
    ending.push(() => slow.close());
    slow.socket.pause();
    slow.send(requestText('GET', '/v1/events'));
    const reader = await read(port);
    await reader.next();
    await vi.waitFor(() => expect(metrics.value('repram_event_streams')).toBe(2));
    const member = { id: 'm', address: 'm', http_port: 1, enclave: 'e', state: 'alive' };
    for (let sent = 0; sent < 1000 && metrics.value('repram_event_streams_dropped_total') === 0; sent++) {
      events.emit({ kind: 'joined', member, cause: 'x'.repeat(100_000) });
      expect((await reader.next()).kind).toBe('joined');
    }
    expect(metrics.value('repram_event_streams_dropped_total')).toBe(1);
    await vi.waitFor(() => expect(metrics.value('repram_event_streams')).toBe(1));
  });
});
