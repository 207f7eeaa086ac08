import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Log } from '../../gossip/ports/log.js';
import type { Counter } from '../../gossip/ports/metrics.js';
import { BOOTSTRAP_PATH, MESSAGE_PATH, REPLICA_PATH } from '../wire/paths.js';
import type { BodyReader } from './body.js';
import { DATA_PREFIX, type DataRoutes } from './data-routes.js';
import { EVENTS_PATH, type EventRoutes } from './event-routes.js';
import type { Gate } from './gate.js';
import { BASE_HEADERS, pairsOf, preflightHeaders, type RawHeaders } from './headers.js';
import type { RequestHandler } from './http-server.js';
import type { PeerRoutes } from './peer-routes.js';
import { replyText } from './reply.js';
import { requestFault } from './request-fault.js';
import { parseTarget, type Target } from './target.js';

interface RouterParts {
  readonly log: Log;
  readonly malformed: Counter;
  readonly gate: Gate;
  readonly bodies: BodyReader;
  readonly data: DataRoutes;
  readonly peers: PeerRoutes;
  readonly events: EventRoutes;
  readonly control: Hono;
}

/** Probes of a supervisor: answered even to an address that has used up its budget, and while draining. */
const PROBES: ReadonlySet<string> = new Set(['/livez', '/readyz']);

/** Hands each request to the plane it belongs to. Whatever goes wrong there ends as a 500 and a log line. */
export class Router {
  readonly #parts: RouterParts;
  readonly #control: RequestHandler;

  constructor(parts: RouterParts) {
    this.#parts = parts;
    const listener = getRequestListener((request) => parts.control.fetch(request), {
      overrideGlobalObjects: false,
      errorHandler: () => new Response('Bad request', { status: 400, headers: pairsOf(BASE_HEADERS) }),
    });
    this.#control = (req, res) => void listener(req, res);
  }

  readonly handle: RequestHandler = (req, res) => {
    res.on('error', () => res.destroy());
    const fault = requestFault(req);
    if (fault !== undefined) return this.#refuse(req, res, fault, ['Connection', 'close']);
    const target = parseTarget(req.url ?? '');
    if (req.method === 'OPTIONS' && (target !== undefined || req.url === '*')) return this.#preflight(req, res);
    if (target === undefined) return this.#refuse(req, res, 'Bad request target');
    this.#dispatch(req, res, target).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      this.#parts.log.error('a request failed', { method: req.method, reason });
      replyText(req, res, 500, 'Internal error');
    });
  };

  /**
   * A client that waits for a go-ahead gets it when its body is about to be read. Where it gets an answer instead,
   * nobody knows whether the body still comes: node:http ends the connection then.
   */
  readonly handleExpectation: RequestHandler = (req, res) => {
    this.#parts.bodies.beforeReading(req, () => res.writeContinue());
    this.handle(req, res);
  };

  readonly handleUnknownExpectation: RequestHandler = (req, res) => {
    replyText(req, res, 417, 'Expectation failed', ['Connection', 'close']);
  };

  async #dispatch(req: IncomingMessage, res: ServerResponse, target: Target): Promise<void> {
    const { gate, data, peers, events } = this.#parts;
    const { path } = target;
    if (path === MESSAGE_PATH || path === BOOTSTRAP_PATH || path === REPLICA_PATH) return peers.handle(req, res, path);
    if (!PROBES.has(path) && !gate.admitClient(req, res)) return;
    if (path.startsWith(DATA_PREFIX)) return data.handle(req, res, target);
    if (path === EVENTS_PATH) return events.handle(req, res, target.query);
    this.#toControl(req, res, target);
  }

  /** The control plane goes by path alone; its adapter knows neither every host name nor every form of a target. */
  #toControl(req: IncomingMessage, res: ServerResponse, { path, query }: Target): void {
    req.url = query === '' ? path : `${path}?${query}`;
    req.headers.host = 'localhost';
    this.#control(req, res);
  }

  #refuse(req: IncomingMessage, res: ServerResponse, fault: string, headers: RawHeaders = []): void {
    this.#parts.malformed.inc();
    replyText(req, res, 400, fault, headers);
  }

  #preflight(req: IncomingMessage, res: ServerResponse): void {
    if (!this.#parts.gate.admitClient(req, res)) return;
    if (res.headersSent) return;
    const headers = preflightHeaders(req.headers.origin);
    res.writeHead(200, [...BASE_HEADERS, ...headers, 'Content-Length', '0']);
    res.end();
  }
}
