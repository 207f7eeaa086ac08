import { type Dispatcher, Pool } from 'undici';
import { formatHostPort, type HostPort } from '../../gossip/address.js';
import type { SendOutcome } from '../../gossip/ports/transport.js';
import { guardedLookup, mayDial } from './dial-guard.js';
import {
  LANE_CONNECTIONS,
  type Lane,
  MAX_QUEUED_BYTES,
  MAX_QUEUED_REQUESTS,
  type PeerAnswer,
  type PeerLink,
  type PeerRequest,
  type PeerResult,
} from './peer-link.js';
import { outcomeOfError } from './send-error.js';

const CONNECT_TIMEOUT_MS = 5000;
const IDLE_TIMEOUT_MS = 60_000;

type Lanes = Readonly<Record<Lane, Pool>>;

/** The keep-alive connections to one peer. */
export class PeerConnections implements PeerLink {
  /** None where nothing may be dialled, or nothing can be: a host may look like a name and decode to none (`xn--a`). */
  readonly #lanes: Lanes | undefined;
  #requests = 0;
  #bytes = 0;
  #closed = false;

  constructor(address: HostPort, onLost: () => void) {
    const origin = `http://${formatHostPort(address)}`;
    if (!mayDial(address.host) || !URL.canParse(origin)) return;
    const pool = (lane: Lane) => this.#open(origin, LANE_CONNECTIONS[lane], onLost);
    this.#lanes = { bulk: pool('bulk'), control: pool('control'), replica: pool('replica') };
  }

  post(request: PeerRequest, keepBytes = 0): Promise<PeerResult> {
    if (this.#closed) return Promise.resolve({ failure: { kind: 'aborted' } });
    const lanes = this.#lanes;
    if (lanes === undefined) return Promise.resolve({ failure: { kind: 'refused' } });
    const size = request.body.byteLength;
    if (this.#requests >= MAX_QUEUED_REQUESTS || (this.#requests > 0 && this.#bytes + size > MAX_QUEUED_BYTES)) {
      return Promise.resolve({ failure: { kind: 'overflow' } });
    }
    this.#requests++;
    this.#bytes += size;
    return new Promise((resolve) => {
      const release = (): void => {
        this.#requests--;
        this.#bytes -= size;
      };
      const exchange = new Exchange(request.timeoutMs, keepBytes, resolve, release);
      lanes[request.lane].dispatch(
        { method: 'POST', path: request.path, headers: request.headers, body: request.body, idempotent: true },
        exchange,
      );
    });
  }

  close(): void {
    this.#closed = true;
    for (const pool of Object.values(this.#lanes ?? {})) void pool.destroy();
  }

  #open(origin: string, connections: number, onLost: () => void): Pool {
    const pool = new Pool(origin, {
      connections,
      pipelining: 1,
      keepAliveTimeout: IDLE_TIMEOUT_MS,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: CONNECT_TIMEOUT_MS, lookup: guardedLookup },
    });
    pool.on('disconnect', (_origin, _targets, error) => {
      if (!this.#closed && !isIdleTimeout(error)) onLost();
    });
    return pool;
  }
}

function isIdleTimeout(error: Error): boolean {
  return 'code' in error && error.code === 'UND_ERR_INFO';
}

/** One request and its answer. What was given up while queued stays queued, and counts, until its turn comes. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #keepBytes: number;
  readonly #settle: (result: PeerResult) => void;
  readonly #release: () => void;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #done = false;
  #status = 0;
  #headers: PeerAnswer['headers'] = {};
  #chunks: Buffer[] = [];
  #received = 0;

  /** `settle` is called with the result, `release` when the connection has let go of the request: later, or at once. */
  constructor(timeoutMs: number, keepBytes: number, settle: (result: PeerResult) => void, release: () => void) {
    this.#keepBytes = keepBytes;
    this.#settle = settle;
    this.#release = release;
    this.#timer = setTimeout(() => this.#giveUp({ kind: 'timeout' }), timeoutMs);
    this.#timer.unref();
  }

  /** What was given up while queued is refused by a throw, which spares the connection; an abort would end it. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#done) throw new Error('given up while queued');
    this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: PeerAnswer['headers']): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#received += chunk.length;
    if (this.#received <= this.#keepBytes) this.#chunks.push(chunk);
    else if (this.#received > this.#keepBytes + MAX_DISCARDED_BYTES) this.#giveUp({ kind: 'reset' });
  }

  onResponseEnd(): void {
    this.#release();
    this.#finish({ answer: { status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks) } });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#release();
    this.#finish({ failure: outcomeOfError(error) });
  }

  #giveUp(failure: SendOutcome): void {
    this.#finish({ failure });
    this.#controller?.abort(new Error('given up'));
  }

  #finish(result: PeerResult): void {
    if (this.#done) return;
    this.#done = true;
    clearTimeout(this.#timer);
    this.#settle(result);
  }
}

/** An answer this much longer than what is kept of it is cut off. */
const MAX_DISCARDED_BYTES: number = 64 * 1024;
