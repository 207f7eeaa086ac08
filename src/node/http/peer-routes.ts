import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Gossip } from '../../gossip/gossip.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import { encodeAnswer } from '../../gossip/wire/answer.js';
import { decodeBootstrapRequest, encodeBootstrapAnswer } from '../../gossip/wire/bootstrap-codec.js';
import { decodeMessage } from '../../gossip/wire/decode.js';
import { MAX_BOOTSTRAP_REQUEST_BYTES, MAX_MESSAGE_BYTES } from '../../gossip/wire/limits.js';
import type { AckMessage, PongMessage } from '../../gossip/wire/message.js';
import { SIGNATURE_HEADER, signBody, verifyBody } from '../wire/signature.js';
import type { BodyReader } from './body.js';
import { replyToBadBody } from './data-routes.js';
import type { Gate } from './gate.js';
import { reply, replyMethodNotAllowed, replyText } from './reply.js';

const ALLOW = 'POST, OPTIONS';
const JSON_TYPE = ['Content-Type', 'application/json'] as const;

interface PeerRoutesParts {
  readonly gossip: Gossip;
  readonly bodies: BodyReader;
  readonly gate: Gate;
  readonly secret: string | undefined;
}

/** What peers post: gossip messages and requests to join. Where the cluster has a secret, only what is signed gets in. */
export class PeerRoutes {
  readonly #parts: PeerRoutesParts;
  readonly #unsigned: Counter;
  readonly #malformed: Counter;
  readonly #unknown: Counter;

  constructor(ports: { readonly metrics: Metrics }, parts: PeerRoutesParts) {
    const { metrics } = ports;
    this.#parts = parts;
    this.#unsigned = metrics.counter('repram_signature_failures_total', 'Gossip refused: signature missing or wrong.');
    this.#malformed = metrics.counter('repram_malformed_messages_total', 'Gossip refused: malformed.');
    this.#unknown = metrics.counter('repram_unknown_messages_total', 'Gossip of a type this node does not know.');
  }

  async message(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const bytes = await this.#admit(req, res, MAX_MESSAGE_BYTES);
    if (bytes === undefined) return;
    const decoded = decodeMessage(bytes);
    if (!decoded.ok) return this.#refuse(req, res, decoded.error);
    const { message } = decoded;
    if (message.type === 'UNKNOWN') {
      this.#unknown.inc();
      return this.#answer(req, res);
    }
    if (this.#parts.gate.draining && message.type === 'PUT') return this.#turnAway(req, res);
    const reception = this.#parts.gossip.receive(message);
    switch (reception.kind) {
      case 'ok':
        return this.#answer(req, res, reception.reply);
      case 'full':
        return replyText(req, res, 507, 'Node storage capacity exceeded');
      case 'misdirected':
        return replyText(req, res, 421, 'Misdirected: this is another node');
    }
  }

  async bootstrap(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const bytes = await this.#admit(req, res, MAX_BOOTSTRAP_REQUEST_BYTES);
    if (bytes === undefined) return;
    if (this.#parts.gate.draining) return this.#turnAway(req, res);
    const decoded = decodeBootstrapRequest(bytes);
    if (!decoded.ok) return this.#refuse(req, res, decoded.error);
    const reception = this.#parts.gossip.reception.receive(decoded.request);
    switch (reception.kind) {
      case 'welcome':
        return reply(req, res, 200, encodeBootstrapAnswer(reception.answer), JSON_TYPE);
      case 'self':
        return replyText(req, res, 421, 'Misdirected: you are this node');
      case 'id-taken':
        return replyText(req, res, 409, 'Node id taken: this node bears it; ids must be unique');
      case 'refused':
        return replyText(req, res, 403, 'Not taken in: the address is this node’s own, or there is no room');
    }
  }

  /** The body of a request that may go on; `undefined` where it has been answered. */
  async #admit(req: IncomingMessage, res: ServerResponse, maxBytes: number): Promise<Uint8Array | undefined> {
    if (req.method !== 'POST') {
      replyMethodNotAllowed(req, res, ALLOW);
      return undefined;
    }
    const { secret, gate, bodies } = this.#parts;
    const header = signatureOf(req);
    if (secret !== undefined && header === undefined) {
      this.#refuseUnsigned(req, res, 'Missing signature');
      return undefined;
    }
    if (!gate.admitPeer(req, res)) return undefined;
    const body = await bodies.read(req, maxBytes, 'peers');
    if (!body.ok) {
      replyToBadBody(req, res, body.reason, maxBytes);
      return undefined;
    }
    if (secret === undefined || verifyBody(secret, body.bytes, header) === 'ok') return body.bytes;
    this.#refuseUnsigned(req, res, 'Invalid signature');
    return undefined;
  }

  /** Who cannot sign is no peer, and is counted as a client. */
  #refuseUnsigned(req: IncomingMessage, res: ServerResponse, text: string): void {
    this.#unsigned.inc();
    if (this.#parts.gate.admitClient(req, res)) replyText(req, res, 403, text);
  }

  #answer(req: IncomingMessage, res: ServerResponse, answer?: AckMessage | PongMessage): void {
    const body = encodeAnswer(answer);
    const { secret } = this.#parts;
    const signed = secret !== undefined && answer !== undefined;
    reply(req, res, 200, body, signed ? [...JSON_TYPE, SIGNATURE_HEADER, signBody(secret, body)] : JSON_TYPE);
  }

  #refuse(req: IncomingMessage, res: ServerResponse, error: string): void {
    this.#malformed.inc();
    replyText(req, res, 400, error);
  }

  #turnAway(req: IncomingMessage, res: ServerResponse): void {
    replyText(req, res, 503, 'Shutting down', ['Retry-After', '1', 'Connection', 'close']);
  }
}

function signatureOf(req: IncomingMessage): string | undefined {
  const header = req.headers[SIGNATURE_HEADER];
  return typeof header === 'string' && header !== '' ? header : undefined;
}
