import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocketServer } from 'ws';
import { formatHostPort } from '../../gossip/address.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import { CBOR_SUBPROTOCOL, type Link } from '../../tree/ports/link.js';
import type { UpgradeOutcome } from '../http/http-server.js';
import { rawResponse } from '../http/raw-response.js';
import { requestFault } from '../http/request-fault.js';
import { parseTarget } from '../http/target.js';
import { TREE_PATH } from '../wire/paths.js';
import { WS_OPTIONS } from './ws-link.js';
import type { WsLinks } from './ws-links.js';

/** Most handshakes that wait for their answer at a time. */
export const MAX_HANDSHAKES = 256;

/**
 * Most bytes that come in until the first message is complete: a hello has a few hundred. Without it, whoever has said
 * nothing yet could have a frame of the largest size kept.
 */
export const MAX_FIRST_BYTES: number = 64 * 1024;

/** The version of the WebSocket protocol (RFC 6455 section 4.1). */
const VERSION = '13';

const SERVER_OPTIONS = {
  ...WS_OPTIONS,
  noServer: true,
  clientTracking: false,
  handleProtocols: (offered: Set<string>): string | false => offered.has(CBOR_SUBPROTOCOL) && CBOR_SUBPROTOCOL,
};

export interface WsAcceptorParts {
  readonly links: WsLinks;
  /** The answer to whoever asks for too many connections; `undefined` where there may be another. */
  readonly gate: { refusalOfUpgrade(req: IncomingMessage): string | undefined };
  /** Whether there is room for another link. */
  readonly mayAccept: () => boolean;
  /** Takes a link that has opened. Its handlers must be set before this returns. */
  readonly onLink: (link: Link) => void;
}

/** Takes in WebSockets on the node's own port. */
export class WsAcceptor {
  readonly #parts: WsAcceptorParts;
  readonly #accepted: Counter;
  readonly #refused: Counter;
  #server: WebSocketServer | undefined;
  /** What is wrong with the handshake at hand, as the library says. */
  #fault: string | undefined;
  #handshakes = 0;

  constructor(ports: { readonly metrics: Metrics }, parts: WsAcceptorParts) {
    this.#parts = parts;
    this.#accepted = ports.metrics.counter('repram_links_accepted_total', 'WebSockets of the tree accepted.');
    this.#refused = ports.metrics.counter('repram_links_refused_total', 'WebSocket handshakes refused.');
  }

  /** Answers an upgrade that a client asks for. The socket must have an error listener. */
  readonly upgrade = async (req: IncomingMessage, socket: Socket, head: Buffer): Promise<UpgradeOutcome> => {
    const isOurs = parseTarget(req.url ?? '')?.path === TREE_PATH && req.headers.upgrade?.toLowerCase() === 'websocket';
    if (!isOurs) return 'unknown';
    const refusal = this.#refusal(req) ?? (await this.#handshake(req, socket, head));
    if (refusal === undefined) return 'taken';
    this.#refused.inc();
    return { refusal };
  };

  #refusal(req: IncomingMessage): string | undefined {
    const fault = requestFault(req);
    if (fault !== undefined) return rawResponse(400, fault);
    if (req.method !== 'GET') return rawResponse(405, 'Method not allowed', ['Allow', 'GET']);
    if (req.headers['sec-websocket-version'] !== VERSION) {
      return rawResponse(426, 'Unsupported WebSocket version', ['Sec-WebSocket-Version', VERSION]);
    }
    const tooMany = this.#parts.gate.refusalOfUpgrade(req);
    if (tooMany !== undefined) return tooMany;
    if (this.#handshakes < MAX_HANDSHAKES && this.#parts.mayAccept()) return undefined;
    return rawResponse(503, 'No room', ['Retry-After', '1']);
  }

  async #handshake(req: IncomingMessage, socket: Socket, head: Buffer): Promise<string | undefined> {
    this.#handshakes++;
    try {
      const server = await this.#loaded();
      this.#fault = undefined;
      server.handleUpgrade(req, socket, head, (ws) => {
        this.#accepted.inc();
        const codec = ws.protocol === CBOR_SUBPROTOCOL ? 'cbor' : 'json';
        const [remote, bytesBefore] = [remoteOf(socket), socket.bytesRead - head.length];
        const { links, onLink } = this.#parts;
        onLink(links.open({ ws, socket, codec, remote, bytesBefore, maxFirstBytes: MAX_FIRST_BYTES }));
      });
      return this.#fault === undefined ? undefined : rawResponse(400, this.#fault);
    } finally {
      this.#handshakes--;
    }
  }

  /** Loads the library ahead of the first link, which may come from somebody who has just lost another parent. */
  async warmUp(): Promise<void> {
    await this.#loaded();
  }

  /** The library is loaded with the first link, or after a while: a node starts without it. */
  async #loaded(): Promise<WebSocketServer> {
    if (this.#server !== undefined) return this.#server;
    const { WebSocketServer } = await import('ws');
    this.#server ??= new WebSocketServer(SERVER_OPTIONS).on('wsClientError', (error) => {
      this.#fault = error.message;
    });
    return this.#server;
  }
}

function remoteOf({ remoteAddress = '?', remotePort = 0 }: Socket): string {
  return formatHostPort({ host: remoteAddress, port: remotePort });
}
