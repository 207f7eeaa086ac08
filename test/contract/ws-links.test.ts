import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { rawResponse } from '../../src/node/http/raw-response.js';
import { MAX_FIRST_BYTES } from '../../src/node/tree/ws-acceptor.js';
import { CBOR_SUBPROTOCOL, CLOSE, type Link, type LinkCodec } from '../../src/tree/ports/link.js';
import { MAX_FRAME_BYTES } from '../../src/tree/wire/codec.js';
import { listening, type WsWorld, wsWorld } from './support/links-world.js';
import { exchange, RawConnection, statusOf } from './support/raw-connection.js';
import { frame, handshake, RawWebSocket } from './support/raw-websocket.js';

const OFFER = `Sec-WebSocket-Protocol: ${CBOR_SUBPROTOCOL}`;
const [TEXT, BINARY, CLOSING, PING] = [1, 2, 8, 9];

let world: WsWorld;
let port: number;
const servers: Server[] = [];
const clients: RawWebSocket[] = [];

const heard = new WeakMap<Link, Told>();

async function open(...options: Parameters<typeof wsWorld>): Promise<void> {
  world = await wsWorld(...options);
  world.hearOf((link) => heard.set(link, listenTo(link)));
  port = world.address.port;
}

beforeEach(() => open());

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
  await world.close();
});

function raw(headers: readonly string[] = [OFFER], more?: Uint8Array): RawWebSocket {
  const client = RawWebSocket.open(port, headers, more);
  clients.push(client);
  return client;
}

interface Told {
  readonly messages: (string | Uint8Array)[];
  readonly closes: number[];
}

function listenTo(link: Link): Told {
  const told: Told = { messages: [], closes: [] };
  link.onMessage = (data) => void told.messages.push(data);
  link.onClose = (code) => void told.closes.push(code);
  return told;
}

/** The link that is accepted next, or was last, and what it has been told from the first moment. */
async function accepted(): Promise<{ link: Link; told: Told }> {
  await world.until(() => world.accepted.length > 0);
  const link = world.accepted.at(-1);
  const told = link && heard.get(link);
  if (link === undefined || told === undefined) throw new Error('nothing was accepted');
  return { link, told };
}

async function attached() {
  const outcome = await world.dial(world.address, 5000);
  if (outcome.kind !== 'open') throw new Error(`not open: ${outcome.kind}`);
  return { near: outcome.link, heardNear: listenTo(outcome.link), ...(await accepted()) };
}

describe('an upgrade', () => {
  it.each<readonly [readonly string[], string | undefined, LinkCodec]>([
    [[], undefined, 'json'],
    [['chat'], undefined, 'json'],
    [[CBOR_SUBPROTOCOL], CBOR_SUBPROTOCOL, 'cbor'],
    [['chat', CBOR_SUBPROTOCOL, 'repram.tree.2'], CBOR_SUBPROTOCOL, 'cbor'],
  ])('that offers %j selects %s', async (offered, selected, codec) => {
    const connection = await RawConnection.open(port);
    connection.send(handshake(offered.length === 0 ? [] : [`Sec-WebSocket-Protocol: ${offered.join(', ')}`]));
    const answer = await connection.answer();
    connection.close();
    if (typeof answer === 'string') throw new Error(answer);
    expect([answer.status, answer.headers['sec-websocket-protocol']]).toEqual([101, selected]);
    expect(world.accepted.map((link) => link.codec)).toEqual([codec]);
  });

  const without = (header: string): string => handshake().replace(new RegExp(`${header}:[^\\r]*\\r\\n`), '');

  it.each([
    ['of another method', handshake().replace('GET', 'POST'), 405],
    ['of another path', handshake([], '/v1/health'), 404],
    ['of a longer path', handshake([], '/v1/ws/'), 404],
    ['to another protocol', handshake().replace('websocket', 'h2c'), 400],
    ['without a key', without('Sec-WebSocket-Key'), 400],
    ['with a key too short', handshake().replace('AAAA', ''), 400],
    ['without a version', without('Sec-WebSocket-Version'), 426],
    ['of an old version', handshake().replace('Version: 13', 'Version: 8'), 426],
    ['with an unreadable offer', handshake(['Sec-WebSocket-Protocol: a,,b']), 400],
    ['without a host', without('Host'), 400],
    ['with two hosts', handshake(['Host: other']), 400],
    ['that is fine', handshake(), 101],
    ['with a query', handshake([], '/v1/ws?a=b'), 101],
    ['in absolute form', handshake([], 'http://node/v1/ws'), 101],
    ['with an extension nobody knows', handshake(['Sec-WebSocket-Extensions: permessage-deflate; x=1']), 101],
  ])('%s is answered with its status', async (_what, bytes, status) => {
    const answer = await exchange(port, bytes);
    expect(statusOf(answer)).toBe(status);
    expect((await world.dial(world.address, 5000)).kind).toBe('open');
  });

  it('that is refused ends the connection, with the headers of every answer', async () => {
    const connection = await RawConnection.open(port);
    connection.send(handshake().replace('Version: 13', 'Version: 8'));
    const answer = await connection.answer();
    expect(typeof answer !== 'string' && answer.headers).toMatchObject({
      'sec-websocket-version': '13',
      'x-content-type-options': 'nosniff',
      connection: 'close',
    });
    expect(await connection.ended()).toBe(true);
    expect(world.metrics.value('repram_links_refused_total')).toBe(1);
  });

  it('of somebody who asks too often gets what the gate says, and one where there is no room 503', async () => {
    world.gateSays(rawResponse(429, 'Rate limit exceeded', ['Retry-After', '1']));
    expect(statusOf(await exchange(port, handshake()))).toBe(429);
    world.gateSays(undefined);
    world.receive('full');
    expect(statusOf(await exchange(port, handshake()))).toBe(503);
    expect(world.accepted).toEqual([]);
  });

  it('behind a request that is not answered yet waits for its turn', async () => {
    let go = (): void => undefined;
    world.answerAfter(
      new Promise((resolve) => {
        go = resolve;
      }),
    );
    const connection = await RawConnection.open(port);
    connection.send(`GET / HTTP/1.1\r\nHost: node\r\n\r\n${handshake()}`);
    expect(await Promise.race([connection.answer(), world.wait(100).then(() => 'nothing yet')])).toBe('nothing yet');
    expect(world.accepted).toEqual([]);
    go();
    await world.until(() => world.accepted.length === 1);
    connection.close();
  });

  it('of somebody who has gone at once harms nobody', async () => {
    for (let i = 0; i < 20; i++) {
      const connection = await RawConnection.open(port);
      connection.send(handshake());
      if (i % 2 === 0) connection.reset();
      else connection.close();
    }
    expect((await world.dial(world.address, 5000)).kind).toBe('open');
    await world.until(() => world.links.size === 1);
  });
});

describe('a client that breaks the rules', () => {
  it.each([
    ['a frame without a mask', frame(BINARY, Buffer.from('x'), { masked: false }), 1002],
    ['reserved bits', frame(BINARY, Buffer.from('x'), { reserved: 0x40 }), 1002],
    ['an unknown opcode', frame(3, Buffer.from('x')), 1002],
    ['the rest of nothing', frame(0, Buffer.from('x')), 1002],
    ['a ping in parts', frame(PING, Buffer.from('x'), { fin: false }), 1002],
    ['a close code that is none', frame(CLOSING, Buffer.from([0, 1])), 1002],
    ['a length beyond all numbers', frame(BINARY, Buffer.alloc(0), { length: 2 ** 60 }), 1009],
    ['a frame longer than any may be', frame(BINARY, Buffer.alloc(0), { length: MAX_FRAME_BYTES + 1 }), 1009],
    ['text on a link for bytes', frame(TEXT, Buffer.from('x')), CLOSE.policy],
    [
      'more than a hello before the first message is complete',
      frame(BINARY, Buffer.alloc(MAX_FIRST_BYTES + 1), { length: 2 ** 20 }),
      1009,
    ],
    ['HTTP', Buffer.from(handshake()), 1002],
    ['zeroes', Buffer.alloc(1000), 1002],
  ])('is told so, and hears nothing more: %s', async (_what, bytes, code) => {
    const client = raw([OFFER], bytes);
    const { told } = await accepted();
    client.send(frame(BINARY, Buffer.from('after')));
    expect(await client.closeCode()).toBe(code);
    await world.until(() => told.closes.length === 1);
    expect(told.messages).toEqual([]);
    expect(world.metrics.value('repram_link_faults_total')).toBeGreaterThan(0);
    expect(world.links.size).toBe(0);
  });

  it.each([
    ['bytes on a link for text', frame(BINARY, Buffer.from('x')), CLOSE.policy],
    ['text that is no UTF-8', frame(TEXT, Buffer.from([0xff, 0xfe])), 1007],
  ])('is told so on a link for text: %s', async (_what, bytes, code) => {
    const client = raw([], bytes);
    const { told } = await accepted();
    expect(await client.closeCode()).toBe(code);
    expect(told.messages).toEqual([]);
  });

  it('and many small fragments without end is ended', async () => {
    const fragment = frame(0, Buffer.alloc(0), { fin: false });
    const client = raw([OFFER], frame(BINARY, Buffer.from('x'), { fin: false }));
    for (let i = 0; i < 20; i++) client.send(Buffer.concat(Array<Buffer>(1000).fill(fragment)));
    expect(await client.closeCode()).not.toBe('none');
    await world.until(() => world.links.size === 0);
  });
});

describe('a message', () => {
  it('in fragments, with a ping between them, is one message', async () => {
    const client = raw();
    const { link, told } = await accepted();
    client.send(frame(BINARY, Buffer.from('one '), { fin: false }));
    client.send(frame(0, Buffer.from('two '), { fin: false }));
    client.send(frame(PING, Buffer.from('?')));
    client.send(frame(0, Buffer.from('three')));
    await world.until(() => told.messages.length === 1);
    expect(Buffer.from(told.messages[0] as Uint8Array).toString()).toBe('one two three');
    expect(link.bytesReceived).toBeGreaterThan(0);
  });

  it('that came right behind the handshake is heard', async () => {
    raw([OFFER], frame(BINARY, Buffer.from('early')));
    const { told } = await accepted();
    await world.until(() => told.messages.length === 1);
    expect(Buffer.from(told.messages[0] as Uint8Array).toString()).toBe('early');
  });

  it('of which only a part has come counts as a sign of life', async () => {
    const client = raw();
    const { link, told } = await accepted();
    const before = link.bytesReceived;
    client.send(frame(BINARY, Buffer.alloc(1000), { length: 50_000 }));
    await world.until(() => link.bytesReceived >= before + 1000);
    expect(told.messages).toEqual([]);
    client.socket.resetAndDestroy();
    await world.until(() => told.closes.length === 1);
    expect(told.closes).toEqual([1006]);
  });

  it('of text goes over a link for text, whatever is in it', async () => {
    const client = new WebSocket(`ws://127.0.0.1:${port}/v1/ws`);
    const heard: unknown[] = [];
    client.on('message', (data, isBinary) => heard.push([data.toString(), isBinary]));
    client.on('open', () => client.send('grüße'));
    const { link, told } = await accepted();
    await world.until(() => told.messages.length === 1);
    link.send('{"ä":"😀"}');
    await world.until(() => heard.length === 1);
    expect([told.messages, heard]).toEqual([['grüße'], [['{"ä":"😀"}', false]]]);
    client.terminate();
  });

  it('that cannot be handled costs its link and no other', async () => {
    const { near, link, heardNear } = await attached();
    const other = await attached();
    link.onMessage = () => {
      throw new Error('a defect');
    };
    near.send(Buffer.from('x'));
    await world.until(() => heardNear.closes.length === 1);
    expect(world.log.messages('error')).toHaveLength(1);
    expect(world.metrics.value('repram_link_failures_total')).toBe(1);
    other.near.send(Buffer.from('y'));
    await world.until(() => other.told.messages.length === 1);
  });
});

describe('messages that are not complete', () => {
  it('of all links together are bounded: the one that holds most is ended', async () => {
    await world.close();
    await open({ maxHeldBytes: 300_000 });
    const hold = async (bytes: number): Promise<Told> => {
      const count = world.accepted.length;
      const client = raw([OFFER], frame(BINARY, Buffer.from('hello')));
      await world.until(() => world.accepted.length > count);
      const { told, link } = await accepted();
      await world.until(() => told.messages.length === 1);
      const before = link.bytesReceived;
      client.send(frame(BINARY, Buffer.alloc(bytes), { length: 1_000_000 }));
      await world.until(() => link.bytesReceived >= before + bytes || told.closes.length === 1);
      return told;
    };
    const small = await hold(80_000);
    const large = await hold(150_000);
    expect(world.links.heldBytes).toBeGreaterThan(229_000);
    const last = await hold(100_000);
    await world.until(() => large.closes.length === 1);
    expect([small.closes, last.closes]).toEqual([[], []]);
    expect(world.metrics.value('repram_link_overflows_total')).toBe(1);
    expect(world.links.heldBytes).toBeLessThan(200_000);
  });

  it('count no more once they are complete, or their link has ended', async () => {
    const client = raw([OFFER], frame(BINARY, Buffer.from('hello')));
    const { told } = await accepted();
    await world.until(() => told.messages.length === 1);
    client.send(frame(BINARY, Buffer.alloc(100_000), { length: 100_001 }));
    await world.until(() => world.links.heldBytes > 100_000);
    client.send(Buffer.alloc(1));
    await world.until(() => told.messages.length === 2);
    expect(world.links.heldBytes).toBe(0);
    client.send(frame(BINARY, Buffer.alloc(100_000), { length: 100_001 }));
    await world.until(() => world.links.heldBytes > 100_000);
    client.socket.destroy();
    await world.until(() => told.closes.length === 1);
    expect([world.links.heldBytes, world.links.size]).toEqual([0, 0]);
  });
});

describe('the dialler', () => {
  async function served(onConnection: (socket: Socket) => void): Promise<string> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      onConnection(socket);
    });
    servers.push(server);
    const outcome = await world.dial({ host: '127.0.0.1', port: await listening(server) }, 2000);
    return outcome.kind;
  }

  it.each([
    ['says something else', 'SSH-2.0-OpenSSH_9.6\r\n', 'rejected'],
    ['answers with a status', rawResponse(404, 'Not found'), 'rejected'],
    ['sends it elsewhere', rawResponse(302, 'Found', ['Location', 'http://127.0.0.1:1/v1/ws']), 'rejected'],
    ['has never heard of its key', UPGRADED(['Sec-WebSocket-Accept: AAAA']), 'rejected'],
    ['goes on with another protocol', 'HTTP/1.1 101 OK\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n', 'rejected'],
    ['sends headers without end', `HTTP/1.1 101 OK\r\n${'a: b\r\n'.repeat(100_000)}`, 'rejected'],
  ])('is told when the other end %s', async (_what, answer, kind) => {
    expect(await served((socket) => void socket.write(answer))).toBe(kind);
  });

  it('takes a connection that breaks before an answer for nobody there', async () => {
    expect(await served((socket) => socket.resetAndDestroy())).toBe('refused');
    expect(await served((socket) => socket.end())).toBe('refused');
  });

  it('is told that a name is nobody’s', async () => {
    expect((await world.dial({ host: 'nobody.invalid', port: 80 }, 5000)).kind).not.toBe('open');
    expect(await world.dial({ host: 'xn--a', port: 80 }, 5000)).toEqual({ kind: 'refused' });
  });

  it('finds an IPv6 address', async () => {
    await world.close();
    await open({}, '::1');
    const { near, link } = await attached();
    expect(near.remote).toBe(`[::1]:${world.address.port}`);
    expect(link.remote).toMatch(/^\[::1]:\d+$/);
  });

  it.each<readonly [string, ((offered: Set<string>) => string | false) | undefined, string]>([
    ['selects no subprotocol', () => false, 'json'],
    ['takes the first it is offered, as libraries do', undefined, 'json'],
    ['knows CBOR frames', () => CBOR_SUBPROTOCOL, 'cbor'],
    ['names one that was not offered', () => 'chat', 'rejected'],
  ])('speaks as it can with a server that %s, over one connection', async (_what, handleProtocols, expected) => {
    let connections = 0;
    const server = createHttpServer().on('connection', () => connections++);
    const webSockets = new WebSocketServer({
      server,
      path: '/v1/ws',
      ...(handleProtocols !== undefined && { handleProtocols }),
    });
    const heard: string[] = [];
    webSockets.on('connection', (ws, req: IncomingMessage) => {
      ws.on('message', (data, isBinary) => heard.push(`${req.url} ${data.toString()} ${isBinary}`));
    });
    servers.push(server);
    const outcome = await world.dial({ host: '127.0.0.1', port: await listening(server) }, 2000);
    expect(outcome.kind === 'open' ? outcome.link.codec : outcome.kind).toBe(expected);
    expect(connections).toBe(1);
    if (outcome.kind !== 'open') return;
    outcome.link.send(expected === 'json' ? 'hello' : Buffer.from('hello'));
    await world.until(() => heard.length === 1);
    expect(heard).toEqual([`/v1/ws hello ${expected === 'cbor'}`]);
    outcome.link.terminate();
  });
});

function UPGRADED(headers: readonly string[]): string {
  return ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', ...headers, '', ''].join(
    '\r\n',
  );
}

describe('a server that stops', () => {
  it('waits for a link to end in its own way', async () => {
    const { link, heardNear } = await attached();
    link.send(Buffer.from('last words'));
    link.close(CLOSE.goingAway, 'shutdown');
    const startedMs = performance.now();
    await world.server.close();
    expect(performance.now() - startedMs).toBeLessThan(900);
    await world.until(() => heardNear.closes.length === 1);
    expect([heardNear.messages.length, heardNear.closes]).toEqual([1, [CLOSE.goingAway]]);
  });

  it('cuts a link that does not end, after a second', async () => {
    const { heardNear, told } = await attached();
    const startedMs = performance.now();
    await world.server.close();
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(990);
    await world.until(() => heardNear.closes.length === 1 && told.closes.length === 1);
    expect([heardNear.closes, told.closes]).toEqual([[1006], [1006]]);
  });

  it('cuts every link at once where it is destroyed', async () => {
    const { heardNear, told } = await attached();
    world.server.destroy();
    await world.until(() => heardNear.closes.length === 1 && told.closes.length === 1);
    expect([heardNear.closes, told.closes]).toEqual([[1006], [1006]]);
  });
});
