import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../gossip/ports/clock.js';
import type { Metrics } from '../../gossip/ports/metrics.js';
import { clientAddress } from './client-address.js';
import { RateLimiter } from './rate-limiter.js';
import { rawResponse } from './raw-response.js';
import { replyText } from './reply.js';

/**
 * What one address may send as a peer, per second. Far above what clients may: an honest cluster's gossip is the sum of
 * all its clients' writes, and must never compete with them.
 */
export const PEER_LIMIT = { perSecond: 50_000, burst: 100_000 } as const;

export interface GateOptions {
  /** Client requests per second and address; a burst may be twice that. */
  readonly rateLimit: number;
  readonly trustProxy: boolean;
}

/**
 * Decides who may ask for something now: separate budgets for clients and for peers, and no new work while draining.
 */
export class Gate {
  readonly #clients: RateLimiter;
  readonly #peers: RateLimiter;
  readonly #trustProxy: boolean;
  #draining = false;

  constructor(ports: { readonly clock: Clock; readonly metrics: Metrics }, options: GateOptions) {
    const { clock, metrics } = ports;
    this.#trustProxy = options.trustProxy;
    const forgotten = metrics.counter(
      'repram_rate_limit_addresses_forgotten_total',
      'Addresses whose use was forgotten, because too many others came.',
    );
    this.#clients = new RateLimiter(
      clock,
      { perSecond: options.rateLimit, burst: Math.max(1, options.rateLimit * 2) },
      {
        limited: metrics.counter('repram_rate_limited_requests_total', 'Requests refused: the client sends too many.'),
        forgotten,
      },
    );
    this.#peers = new RateLimiter(clock, PEER_LIMIT, {
      limited: metrics.counter('repram_rate_limited_peer_requests_total', 'Gossip refused: the peer sends too much.'),
      forgotten,
    });
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** From now on, clients are turned away: 503, and the connection ends. */
  drain(): void {
    this.#draining = true;
  }

  /** Whether a client's request may go on; if not, it has been answered. */
  admitClient(req: IncomingMessage, res: ServerResponse): boolean {
    if (this.#draining) {
      replyText(req, res, 503, 'Shutting down', ['Retry-After', '1', 'Connection', 'close']);
      return false;
    }
    return this.#admit(this.#clients, req, res);
  }

  /** Whether a peer's request may go on; if not, it has been answered. */
  admitPeer(req: IncomingMessage, res: ServerResponse): boolean {
    return this.#admit(this.#peers, req, res);
  }

  /**
   * The answer to a client that asks for another protocol and may not go on; `undefined` where it may. That the node
   * drains is for the protocol to say.
   */
  refusalOfUpgrade(req: IncomingMessage): string | undefined {
    if (this.#clients.take(clientAddress(req, this.#trustProxy))) return undefined;
    return rawResponse(429, 'Rate limit exceeded', ['Retry-After', String(this.#clients.retryAfterSeconds)]);
  }

  #admit(limiter: RateLimiter, req: IncomingMessage, res: ServerResponse): boolean {
    if (limiter.take(clientAddress(req, this.#trustProxy))) return true;
    replyText(req, res, 429, 'Rate limit exceeded', ['Retry-After', String(limiter.retryAfterSeconds)]);
    return false;
  }
}
