import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { HostPort } from '../../../src/gossip/address.js';
import { dialPeer } from '../../../src/node/transport/dial-peer.js';
import { HttpTransport } from '../../../src/node/transport/http-transport.js';
import { peerGuards } from '../../support/peer-guards.js';
import { ReadableMetrics } from '../../support/ports.js';

export interface ScriptedAnswer {
  readonly status: number;
  readonly retryAfter?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** An answer, or `reset` in the middle of one, or `silent`: taken and never answered. */
export type Behaviour = ScriptedAnswer | 'reset' | 'silent';

/** A transport and one peer for it to speak to, whatever carries the messages. */
export interface TransportWorld {
  readonly transport: HttpTransport;
  readonly metrics: ReadableMetrics;
  readonly peer: HostPort;
  /** Bodies the peer was sent, oldest first. */
  readonly bodies: Uint8Array[];
  /** The signatures that came with them. */
  readonly signatures: (string | undefined)[];
  /** Connections made so far. */
  readonly connections: number;
  /** How the peer behaves to what arrives from now on; what it has taken and not answered, it does not answer any more. */
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
  readonly server: Server;
  readonly requests: IncomingMessage[];
  readonly sockets: Set<Socket>;
  /** Takes over the answering of requests, whose bodies have been read. */
  handler: ((req: IncomingMessage, res: ServerResponse) => void) | undefined;
}

export async function httpWorld(secrets: readonly string[] = [], maxAgeMs = 0): Promise<HttpWorld> {
  const server = createServer();
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const metrics = new ReadableMetrics();
  const transport = new HttpTransport({ metrics, dial: dialPeer }, peerGuards(secrets, { metrics, maxAgeMs }));
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
    signatures: [],
    requests: [],
    handler: undefined,
    get connections() {
      return connections;
    },
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
      world.signatures.push(req.headersDistinct['x-repram-signature']?.[0]);
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
  res.writeHead(behaviour.status, headersOf(behaviour));
  res.end(behaviour.body);
}

export function headersOf({ retryAfter, headers }: ScriptedAnswer): Record<string, string> {
  return { ...headers, ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }) };
}
