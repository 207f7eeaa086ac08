import type { IncomingMessage, ServerResponse } from 'node:http';
import { MAX_BOOTSTRAP_REQUEST_BYTES, MAX_MESSAGE_BYTES, MAX_REPLICA_BYTES } from '../../gossip/wire/limits.js';
import { BOOTSTRAP_PATH, MESSAGE_PATH, REPLICA_PATH } from '../wire/paths.js';
import { SIGNATURE_HEADER } from '../wire/signature.js';
import type { BodyReader } from './body.js';
import { replyToBadBody } from './data-routes.js';
import type { Gate } from './gate.js';
import type { RawHeaders } from './headers.js';
import { type DeskAnswer, type PeerDesk, type PeerPath, refusesUnsigned } from './peer-desk.js';
import { reply, replyMethodNotAllowed } from './reply.js';

const ALLOW = 'POST, OPTIONS';

const MAX_BYTES: Readonly<Record<PeerPath, number>> = {
  [MESSAGE_PATH]: MAX_MESSAGE_BYTES,
  [BOOTSTRAP_PATH]: MAX_BOOTSTRAP_REQUEST_BYTES,
  [REPLICA_PATH]: MAX_REPLICA_BYTES,
};

interface PeerRoutesParts {
  readonly desk: PeerDesk;
  readonly bodies: BodyReader;
  readonly gate: Gate;
}

/** What peers post, over node:http: admits a request, reads its body, and writes what the desk answers. */
export class PeerRoutes {
  readonly #parts: PeerRoutesParts;

  constructor(parts: PeerRoutesParts) {
    this.#parts = parts;
  }

  async handle(req: IncomingMessage, res: ServerResponse, path: PeerPath): Promise<void> {
    if (req.method !== 'POST') return replyMethodNotAllowed(req, res, ALLOW);
    const { desk, gate, bodies } = this.#parts;
    const signature = signatureOf(req);
    const refusal = desk.refusalOf(signature);
    if (refusal !== undefined) return this.#answer(req, res, refusal);
    if (!gate.admitPeer(req, res)) return;
    const maxBytes = MAX_BYTES[path];
    const body = await bodies.read(req, maxBytes, 'peers');
    if (!body.ok) return replyToBadBody(req, res, body.reason, maxBytes);
    this.#answer(req, res, await desk.answer(path, body.bytes, signature));
  }

  /** Who cannot sign is no peer, and is counted as a client. */
  #answer(req: IncomingMessage, res: ServerResponse, answer: DeskAnswer): void {
    if (refusesUnsigned(answer) && !this.#parts.gate.admitClient(req, res)) return;
    reply(req, res, answer.status, answer.body, rawHeaders(answer.headers));
  }
}

function signatureOf(req: IncomingMessage): string | undefined {
  const header = req.headers[SIGNATURE_HEADER];
  return typeof header === 'string' ? header : undefined;
}

function rawHeaders(headers: DeskAnswer['headers']): RawHeaders {
  const raw: string[] = [];
  for (const name in headers) raw.push(name, headers[name] ?? '');
  return raw;
}
