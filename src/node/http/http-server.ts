import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { formatHostPort } from '../../gossip/address.js';
import { RepramError } from '../../gossip/error.js';
import { Connections, isUpgraded } from './connections.js';
import { rawResponse } from './raw-response.js';

/** Most connections open at a time; more are closed at once. */
export const MAX_CONNECTIONS = 20_000;

/** How long a refused connection is read on, so that the client gets to see the answer, in milliseconds. */
const LINGER_MS = 1000;

/** A connection on which nothing moves for this long is cut: above the longest write timeout that can be configured. */
const SILENCE_TIMEOUT_MS = 11 * 60 * 1000;

const OPTIONS = {
  /**
   * Above what proxies and our own peers use, so that the client closes first and no request meets a closing socket.
   */
  keepAliveTimeout: 75_000,
  headersTimeout: 20_000,
  /** For the whole request: a value of the largest size over a slow line. */
  requestTimeout: 120_000,
  connectionsCheckingInterval: 5000,
  maxHeaderSize: 16 * 1024,
  noDelay: true,
  /** Checked with everything else about the Host header, so that this answer looks like every other. */
  requireHostHeader: false,
} as const;

export type RequestHandler = (req: IncomingMessage, res: ServerResponse) => void;

/** `taken`: the connection is another's from now on. `unknown`: nothing here is upgraded to that. */
export type UpgradeOutcome = 'taken' | 'unknown' | { readonly refusal: string };

/** Answers a request to go on with another protocol, once it is its turn; `head` is what came behind it already. */
export type UpgradeHandler = (req: IncomingMessage, socket: Socket, head: Buffer) => Promise<UpgradeOutcome>;

export interface RequestHandlers {
  readonly request: RequestHandler;
  /** For a request that wants to be told to go on before it sends its body (RFC 9110 section 10.1.1). */
  readonly expectation: RequestHandler;
  /** For a request that expects anything else. */
  readonly unknownExpectation: RequestHandler;
  /** None: every upgrade is refused. */
  readonly upgrade?: UpgradeHandler;
}

/** The node's one listening socket. What is not HTTP gets a 4xx and is cut off. */
export class HttpServer {
  readonly #server: Server;
  readonly #connections = new Connections();
  #upgrade: UpgradeHandler | undefined;
  /** Called for each connection closed because too many are open. */
  onDrop: (() => void) | undefined;
  /** Called for each request that could not be read, or came too slowly. */
  onFault: (() => void) | undefined;

  constructor() {
    this.#server = createServer(OPTIONS);
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.timeout = SILENCE_TIMEOUT_MS;
    this.#server.on('drop', () => this.onDrop?.());
    this.#server.on('connection', (socket) => this.#connections.add(socket));
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
      const answer = faultAnswer(error);
      if (answer !== undefined && !socket.writableEnded) this.onFault?.();
      this.#refuse(socket as Socket, answer);
    });
    this.#server.on('connect', (_req, socket: Duplex) => {
      socket.resume();
      this.#refuse(socket as Socket, NO_TUNNELS);
    });
    this.#server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#onUpgrade(req, socket as Socket, head),
    );
  }

  get openConnections(): number {
    return this.#connections.size;
  }

  /** Binds and hands every request to the handlers that `attach` returns for the bound port. */
  listen(port: number, host: string | undefined, attach: (port: number) => RequestHandlers): Promise<number> {
    return new Promise((resolve, reject) => {
      const fail = (cause: Error): void => reject(cannotBind(port, host, cause));
      this.#server.once('error', fail);
      this.#server.listen({ port, ...(host !== undefined && { host }) }, () => {
        this.#server.removeListener('error', fail);
        this.#server.on('error', () => undefined);
        const bound = (this.#server.address() as AddressInfo).port;
        try {
          this.#attach(attach(bound));
          resolve(bound);
        } catch (error) {
          this.#server.close();
          reject(error);
        }
      });
    });
  }

  #attach({ upgrade, request, expectation, unknownExpectation }: RequestHandlers): void {
    this.#upgrade = upgrade;
    this.#server.on('request', this.#counting(request));
    this.#server.on('checkContinue', this.#counting(expectation));
    this.#server.on('checkExpectation', this.#counting(unknownExpectation));
  }

  /**
   * Stops accepting, ends each connection once it is owed no answer, and resolves when the last one is closed. Those that
   * were upgraded have a second to end in their own way, and are cut then.
   */
  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#connections.close();
    const timer = setTimeout(() => this.#connections.destroy(isUpgraded), LINGER_MS);
    return closed.finally(() => clearTimeout(timer));
  }

  /** Stops accepting and cuts every connection. */
  destroy(): void {
    this.#server.close();
    this.#connections.destroy();
  }

  #counting(handler: RequestHandler): RequestHandler {
    return (req, res) => {
      this.#connections.owe(req, res);
      handler(req, res);
    };
  }

  /** The listener is there before anything else: a client that resets the connection meanwhile must not end the process. */
  #onUpgrade(req: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const upgrade = this.#upgrade;
    if (upgrade === undefined) return this.#refuseUpgrade(socket, upgradeAnswer(req));
    this.#connections.afterAnswers(socket, () => {
      this.#connections.upgrade(socket);
      upgrade(req, socket, head).then(
        (outcome) => {
          if (outcome === 'taken') return;
          this.#refuseUpgrade(socket, outcome === 'unknown' ? upgradeAnswer(req) : outcome.refusal);
        },
        () => socket.destroy(),
      );
    });
  }

  #refuseUpgrade(socket: Socket, answer: string): void {
    socket.resume();
    this.#refuse(socket, answer);
  }

  /** Ends a connection node:http no longer answers on, with an answer where it can still take one. */
  #refuse(socket: Socket, answer: string | undefined): void {
    if (socket.writableEnded) return;
    if (answer === undefined || !socket.writable) return void socket.destroy();
    socket.on('error', () => socket.destroy());
    this.#connections.afterAnswers(socket, () => {
      if (socket.writableEnded) return;
      socket.end(answer);
      const timer = setTimeout(() => socket.destroy(), LINGER_MS);
      socket.once('close', () => clearTimeout(timer));
    });
  }
}

function cannotBind(port: number, host: string | undefined, cause: Error): RepramError {
  const code = 'code' in cause ? String(cause.code) : cause.message;
  const where = host === undefined ? `port ${port}` : formatHostPort({ host, port });
  const why: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another process listens there',
    EACCES: 'no permission to bind it',
    EADDRNOTAVAIL: 'the address is none of this machine’s',
    ENOTFOUND: 'the host name does not resolve',
  };
  return new RepramError('CANNOT_BIND', `cannot bind ${where}: ${why[code] ?? code}`, {
    meta: { port, host, code },
    cause,
  });
}

const NO_TUNNELS = rawResponse(405, 'Method not allowed', ['Allow', 'GET, HEAD, PUT, POST, OPTIONS']);

/** The answer to what node:http could not read as a request; none where the client is gone. */
function faultAnswer(error: NodeJS.ErrnoException): string | undefined {
  switch (error.code) {
    case 'ECONNRESET':
      return undefined;
    case 'HPE_HEADER_OVERFLOW':
      return rawResponse(431, 'Request header fields too large');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return rawResponse(413, 'Chunk extensions too large');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return rawResponse(408, 'Request timeout');
    default:
      return rawResponse(400, 'Bad request');
  }
}

function upgradeAnswer(req: IncomingMessage): string {
  const isWebSocket = req.headers.upgrade?.toLowerCase() === 'websocket';
  return isWebSocket ? rawResponse(404, 'Not found') : rawResponse(400, 'Unsupported upgrade');
}
