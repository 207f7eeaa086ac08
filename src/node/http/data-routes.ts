import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../gossip/ports/clock.js';
import type { Counter } from '../../gossip/ports/metrics.js';
import type { Entry, Store } from '../../gossip/ports/store.js';
import type { QuorumReader, ReadOutcome } from '../../gossip/replica/quorum-reader.js';
import type { WriteOutcome, Writer } from '../../gossip/replication/writer.js';
import { isKey } from '../../gossip/wire/fields.js';
import { MAX_KEY_BYTES, MAX_VALUE_BYTES } from '../../gossip/wire/limits.js';
import type { BodyFault, BodyReader } from './body.js';
import { BASE_HEADERS, corsHeaders } from './headers.js';
import type { InFlight } from './in-flight.js';
import { reply, replyMethodNotAllowed, replyText } from './reply.js';
import { percentDecode, type Target } from './target.js';

export const DATA_PREFIX = '/v1/data/';

/** The TTL of a write that names none, or names rubbish, in seconds (wire v1). */
export const DEFAULT_TTL_SECONDS = 3600;

const ALLOW = 'GET, HEAD, PUT, OPTIONS';
const TEXT = ['Content-Type', 'text/plain'] as const;
const RETRY = ['Retry-After', '1'] as const;
const EMPTY = new Uint8Array(0);

const WRITE_ANSWERS: Readonly<Record<WriteOutcome, readonly [status: number, text: string]>> = {
  quorum: [201, 'OK'],
  pending: [202, 'Accepted (quorum pending)'],
  full: [507, 'Node storage capacity exceeded'],
  overloaded: [503, 'Too many writes are waiting for their quorum'],
};

interface DataRoutesParts {
  readonly clock: Clock;
  readonly malformed: Counter;
  readonly store: Store;
  readonly writer: Writer;
  readonly reader: QuorumReader;
  readonly bodies: BodyReader;
  readonly writes: InFlight;
}

/** `PUT`, `GET` and `HEAD /v1/data/{key}`: what the node is for, directly on node:http. */
export class DataRoutes {
  readonly #parts: DataRoutesParts;

  constructor(parts: DataRoutesParts) {
    this.#parts = parts;
  }

  async handle(req: IncomingMessage, res: ServerResponse, target: Target): Promise<void> {
    const key = percentDecode(target.path.slice(DATA_PREFIX.length));
    if (key === undefined) return this.#refuse(req, res, 'Invalid key: it must be percent-encoded UTF-8');
    if (!isKey(key)) return this.#refuse(req, res, `Invalid key: it must be 1 to ${MAX_KEY_BYTES} bytes of UTF-8`);
    if (req.method === 'GET' || req.method === 'HEAD') {
      if (target.query !== '') return this.#readAsAsked(req, res, key, target.query);
      return this.#answer(req, res, this.#parts.store.get(key));
    }
    if (req.method === 'PUT') {
      return this.#parts.writes.during(() => this.#write(req, res, key, ttlOf(req, target.query)));
    }
    replyMethodNotAllowed(req, res, ALLOW);
  }

  #refuse(req: IncomingMessage, res: ServerResponse, fault: string): void {
    this.#parts.malformed.inc();
    replyText(req, res, 400, fault);
  }

  async #readAsAsked(req: IncomingMessage, res: ServerResponse, key: string, query: string): Promise<void> {
    const consistency = new URLSearchParams(query).get('consistency');
    if (consistency === null || consistency === 'one') {
      return this.#answer(req, res, this.#parts.store.get(key));
    }
    if (consistency !== 'quorum') return this.#refuse(req, res, 'Invalid consistency: it must be one or quorum');
    const outcome = await this.#parts.reader.read(key);
    switch (outcome.kind) {
      case 'found':
        return this.#answer(req, res, outcome.entry);
      case 'absent':
        return this.#answer(req, res, undefined);
      case 'unreached':
        return replyText(req, res, 503, unreachedText(outcome), RETRY);
      case 'overloaded':
        return replyText(req, res, 503, 'Too many reads are waiting for their quorum', RETRY);
    }
  }

  #answer(req: IncomingMessage, res: ServerResponse, entry: Entry | undefined): void {
    if (res.headersSent || res.destroyed) return;
    if (entry === undefined) return reply(req, res, 404, EMPTY, []);
    res.writeHead(200, this.#entryHeaders(req, entry));
    if (req.method === 'HEAD') res.end();
    else res.end(entry.bytes);
  }

  #entryHeaders(req: IncomingMessage, entry: Entry): string[] {
    const remainingMs = Math.min(entry.ttlSeconds * 1000, entry.expiresAtMs - this.#parts.clock.nowMs());
    const { origin } = req.headers;
    const headers = [
      ...BASE_HEADERS,
      'Content-Type',
      'application/octet-stream',
      'Cache-Control',
      'no-store',
      'X-Created-At',
      new Date(entry.createdMs).toISOString(),
      'X-Original-TTL',
      String(entry.ttlSeconds),
      'X-Remaining-TTL',
      String(Math.max(0, Math.floor(remainingMs / 1000))),
      'Content-Length',
      String(entry.bytes.byteLength),
    ];
    if (origin !== undefined) headers.push(...corsHeaders(origin));
    return headers;
  }

  async #write(req: IncomingMessage, res: ServerResponse, key: string, ttlSeconds: number): Promise<void> {
    const body = await this.#parts.bodies.read(req, MAX_VALUE_BYTES, 'clients');
    if (!body.ok) return replyToBadBody(req, res, body.reason, MAX_VALUE_BYTES);
    const [status, text] = WRITE_ANSWERS[await this.#parts.writer.write(key, body.bytes, ttlSeconds)];
    reply(req, res, status, Buffer.from(text), status === 503 ? [...TEXT, ...RETRY] : TEXT);
  }
}

function unreachedText({ answered, needed }: Extract<ReadOutcome, { readonly kind: 'unreached' }>): string {
  return `Quorum not reached: ${answered} of ${needed} replicas answered`;
}

/** Answers a request whose body could not be taken. */
export function replyToBadBody(req: IncomingMessage, res: ServerResponse, reason: BodyFault, maxBytes: number): void {
  if (reason === 'too-large') replyText(req, res, 413, `Body too large: at most ${maxBytes} bytes`);
  if (reason === 'busy') replyText(req, res, 503, 'Too many uploads at once', ['Retry-After', '1']);
  if (reason === 'slow') replyText(req, res, 408, 'Body too slow', ['Connection', 'close']);
}

/** `?ttl=` first, then `X-TTL`; what is no positive integer gives the default (wire v1). Not clamped yet. */
function ttlOf(req: IncomingMessage, query: string): number {
  const inQuery = query === '' ? null : new URLSearchParams(query).get('ttl');
  const text = inQuery === null || inQuery === '' ? req.headers['x-ttl'] : inQuery;
  if (typeof text !== 'string' || !/^\d+$/.test(text)) return DEFAULT_TTL_SECONDS;
  const seconds = Number(text);
  return seconds > 0 ? seconds : DEFAULT_TTL_SECONDS;
}
