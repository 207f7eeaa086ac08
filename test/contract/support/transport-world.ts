import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { HostPort } from '../../../src/gossip/address.js';
import type { Transport } from '../../../src/gossip/ports/transport.js';
import { dialPeer } from '../../../src/node/transport/dial-peer.js';
import { HttpTransport } from '../../../src/node/transport/http-transport.js';
import { type HostAnswer, MemoryNetwork } from '../../support/memory-transport.js';
import { ReadableMetrics, SeededRng } from '../../support/ports.js';
import { VirtualClock } from '../../support/virtual-clock.js';

/** How the peer behaves from now on: an answer, or `reset` in the middle of one, or `silent`: taken and never answered. */
export type Behaviour = HostAnswer | 'reset' | 'silent';

/** A transport and one peer for it to speak to, whatever carries the messages. */
export interface TransportWorld {
  readonly transport: Transport & { close(): void };
  readonly peer: HostPort;
  /** Bodies the peer was sent, oldest first. */
  readonly bodies: Uint8Array[];
  behave(behaviour: Behaviour): void;
  /** Nobody listens at the peer's address any more, and its connections end. */
  crash(): Promise<void>;
  /** Time, in milliseconds, and what a promise comes to as time passes. */
  nowMs(): number;
  passing<T>(promise: Promise<T>): Promise<T>;
  /** Lets what is under way settle. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** A peer over real sockets, and what a test wants to know of them. */
export interface HttpWorld extends TransportWorld {
  readonly transport: HttpTransport;
  readonly server: Server;
  readonly metrics: ReadableMetrics;
  readonly requests: IncomingMessage[];
  readonly sockets: Set<Socket>;
  /** Takes over the answering of requests, whose bodies have been read. */
  handler: ((req: IncomingMessage, res: ServerResponse) => void) | undefined;
}

const MAX_PASSING_MS = 60_000;

export async function memoryWorld(): Promise<TransportWorld> {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, rng: new SeededRng(1) });
  const [here, peer] = ['here.test', 'peer.test'].map((host) => ({ host, port: 8080 })) as [HostPort, HostPort];
  const transport = network.transportAt(here);
  const bodies: Uint8Array[] = [];
  let answer: HostAnswer = { status: 200 };
  network.listen(peer, {
    post: (_path, body) => {
      bodies.push(body);
      return answer;
    },
  });
  return {
    transport,
    peer,
    bodies,
    behave(behaviour) {
      if (typeof behaviour === 'object') answer = behaviour;
      else network.setFault(here, peer, behaviour === 'reset' ? 'answer-reset' : 'answer-silent');
    },
    crash: async () => network.crash(peer),
    nowMs: () => clock.monotonicMs(),
    passing: async (promise) => {
      let ended = false;
      void promise.then(() => {
        ended = true;
      });
      for (let ms = 0; !ended && ms < MAX_PASSING_MS; ms += 10) await clock.run(10);
      return promise;
    },
    settle: () => clock.run(50),
    close: async () => transport.close(),
  };
}

export async function httpWorld(secret?: string): Promise<HttpWorld> {
  const server = createServer();
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const metrics = new ReadableMetrics();
  const transport = new HttpTransport({ metrics, dial: dialPeer }, { secret });
  let behaviour: Behaviour = { status: 200 };
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  const world: HttpWorld = {
    transport,
    server,
    metrics,
    sockets,
    peer: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    bodies: [],
    requests: [],
    handler: undefined,
    behave: (next) => {
      behaviour = next;
    },
    crash: close,
    nowMs: () => performance.now(),
    passing: (promise) => promise,
    settle: async () => {
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    },
    close: async () => {
      transport.close();
      await close();
    },
  };
  server.on('request', (req, res) => {
    const chunks: Buffer[] = [];
    req.on('error', () => undefined);
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      world.bodies.push(Buffer.concat(chunks));
      world.requests.push(req);
      if (world.handler !== undefined) world.handler(req, res);
      else answer(res, behaviour);
    });
  });
  return world;
}

function answer(res: ServerResponse, behaviour: Behaviour): void {
  if (behaviour === 'silent') return;
  if (behaviour === 'reset') {
    res.writeHead(200, { 'content-length': 100 });
    res.write('{"success":');
    res.socket?.resetAndDestroy();
    return;
  }
  const { status, retryAfter, body } = behaviour;
  res.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
  res.end(body);
}
