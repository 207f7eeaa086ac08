import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HostPort } from '../../../gossip/address.js';
import type { Published } from './zone.js';

/** The path of the list. */
export const LIST_PATH = '/omega';

const HEADERS = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' } as const;

/** Serves the signed line over HTTP. */
export class ListServer {
  readonly #server: Server;

  constructor(parts: { readonly published: () => Published }) {
    this.#server = createServer(
      { requestTimeout: 5000, headersTimeout: 5000, maxHeaderSize: 8192 },
      (request, response) => {
        request.resume();
        const isGet = request.method === 'GET' || request.method === 'HEAD';
        const isList = request.url === LIST_PATH;
        const status = !isList ? 404 : isGet ? 200 : 405;
        response.writeHead(status, {
          ...HEADERS,
          'cache-control': 'max-age=60',
          ...(status === 405 && { allow: 'GET, HEAD' }),
        });
        response.end(status === 200 ? `${parts.published().line}\n` : '');
      },
    );
    this.#server.maxConnections = 100;
    this.#server.keepAliveTimeout = 1000;
    this.#server.on('clientError', (_error, socket) => socket.destroy());
  }

  /** Binds; gives the port. Rejects as the platform does. */
  async listen({ host, port }: HostPort): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    this.#server.on('error', () => undefined);
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
