import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { formatHostPort } from '../../gossip/address.js';
import { RepramError } from '../../gossip/error.js';
import { rawResponse } from './raw-response.js';

/** Most connections open at a time; more are closed at once. */
export const MAX_CONNECTIONS = 20_000;

const OPTIONS = {
  /** Above what proxies and our own peers use, so that the client closes first and no request meets a closing socket. */
  keepAliveTimeout: 75_000,
  headersTimeout: 20_000,
  /** For the whole request: a value of the largest size over a slow line. */
  requestTimeout: 120_000,
  connectionsCheckingInterval: 5000,
  maxHeaderSize: 16 * 1024,
  noDelay: true,
} as const;

export type RequestHandler = (req: IncomingMessage, res: ServerResponse) => void;

export interface RequestHandlers {
  readonly request: RequestHandler;
  /** For a request that wants to be told to go on before it sends its body (RFC 9110 section 10.1.1). */
  readonly expectation: RequestHandler;
}

/** The node's one listening socket. What is not HTTP gets a 4xx and is cut off. */
export class HttpServer {
  readonly #server: Server;
  readonly #connections = new Set<Duplex>();
  onDrop: (() => void) | undefined;

  constructor() {
    this.#server = createServer(OPTIONS);
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.on('drop', () => this.onDrop?.());
    this.#server.on('clientError', refuseBrokenRequest);
    this.#server.on('connect', (_req, socket) => end(socket, 405, 'Method not allowed'));
    this.#server.on('upgrade', (req: IncomingMessage, socket: Duplex) => refuseUpgrade(req, socket));
    this.#server.on('connection', (socket) => {
      this.#connections.add(socket);
      socket.once('close', () => this.#connections.delete(socket));
    });
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
        const handlers = attach(bound);
        this.#server.on('request', handlers.request);
        this.#server.on('checkContinue', handlers.expectation);
        resolve(bound);
      });
    });
  }

  /** Stops accepting, ends idle connections, and resolves once the last one is closed. */
  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    return closed;
  }

  /** Cuts every connection. */
  destroy(): void {
    this.#server.closeAllConnections();
    for (const socket of this.#connections) socket.destroy();
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

/** What node:http could not read as a request. */
function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  if (error.code === 'HPE_HEADER_OVERFLOW') return end(socket, 431, 'Request header fields too large');
  if (error.code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return end(socket, 413, 'Chunk extensions too large');
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return end(socket, 408, 'Request timeout');
  end(socket, 400, 'Bad request');
}

function refuseUpgrade(req: IncomingMessage, socket: Duplex): void {
  const isWebSocket = req.headers.upgrade?.toLowerCase() === 'websocket';
  end(socket, isWebSocket ? 404 : 400, isWebSocket ? 'Not found' : 'Unsupported upgrade');
}

function end(socket: Duplex, status: number, text: string): void {
  socket.on('error', () => socket.destroy());
  socket.end(rawResponse(status, text), () => socket.destroy());
}
