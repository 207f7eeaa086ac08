import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../gossip/ports/clock.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import { BodyBudget } from './body-budget.js';
import { BodyWatch } from './body-watch.js';
import { Chunks } from './chunks.js';
import { clientAddress } from './client-address.js';

/** Whose bodies are counted together: clients that stall their uploads must not keep gossip out. */
type Sender = 'clients' | 'peers';

/** A refused body is read this much further, so that the client gets to see the answer, and then cut off. */
const MAX_DISCARDED_BYTES: number = 32 * 1024 * 1024;

/**
 * - `too-large`: longer than allowed.
 * - `busy`: too much is being read, in all or from this address.
 * - `slow`: it stalled, came too slowly, or took its time while others found no room.
 * - `gone`: the client went away.
 */
export type BodyFault = 'too-large' | 'busy' | 'slow' | 'gone';

export type BodyResult =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly reason: BodyFault };

/** Reads request bodies, within a bound for each, and budgets for those of clients and for those of peers. */
export class BodyReader {
  readonly #tooLarge: Counter;
  readonly #busy: Counter;
  readonly #slow: Counter;
  readonly #trustProxy: boolean;
  readonly #watch: BodyWatch;
  /** What a client waits for before it sends its body. An entry lives as long as its request. */
  readonly #beforeReading = new WeakMap<IncomingMessage, () => void>();
  readonly #budgets: Readonly<Record<Sender, BodyBudget>>;

  constructor(ports: { readonly clock: Clock; readonly metrics: Metrics }, options: { readonly trustProxy: boolean }) {
    const { metrics } = ports;
    this.#trustProxy = options.trustProxy;
    this.#watch = new BodyWatch(ports);
    this.#budgets = { clients: new BodyBudget(ports), peers: new BodyBudget(ports) };
    this.#tooLarge = metrics.counter('repram_bodies_too_large_total', 'Requests refused: their body is too long.');
    this.#busy = metrics.counter('repram_bodies_busy_total', 'Requests refused: too many bodies were being read.');
    this.#slow = metrics.counter(
      'repram_bodies_slow_total',
      'Requests refused: their body stalled or came too slowly.',
    );
    metrics.gauge('repram_bodies_held_bytes', 'Bytes of request bodies being read.', () => {
      const { clients, peers } = this.#budgets;
      return clients.heldBytes + peers.heldBytes;
    });
  }

  /** Has `act` called when the body of `req` is about to be read; never, where it is not. */
  beforeReading(req: IncomingMessage, act: () => void): void {
    this.#beforeReading.set(req, act);
  }

  /**
   * Reads the whole body. A client's shares memory with nothing else; a peer's may be part of a larger buffer and is
   * good only for the moment. Never rejects.
   */
  read(req: IncomingMessage, maxBytes: number, sender: Sender): Promise<BodyResult> {
    const announcedBytes = Number(req.headers['content-length'] ?? 0);
    if (announcedBytes > maxBytes) {
      this.#tooLarge.inc();
      discard(req);
      return Promise.resolve({ ok: false, reason: 'too-large' });
    }
    this.#beforeReading.get(req)?.();
    const address = clientAddress(req, this.#trustProxy);
    return new Promise((resolve) => {
      const chunks = new Chunks();
      let done = false;
      const finish = (result: BodyResult): void => {
        if (done) return;
        done = true;
        endWatch();
        share.release();
        req.removeListener('data', onData);
        resolve(result);
      };
      const refuse = (reason: BodyFault, counter: Counter): void => {
        counter.inc();
        finish({ ok: false, reason });
        discard(req);
      };
      const onData = (chunk: Buffer): void => {
        const size = chunks.size + chunk.length;
        if (size > maxBytes) return refuse('too-large', this.#tooLarge);
        if (!share.grow(size)) return refuse('busy', this.#busy);
        chunks.add(chunk);
      };
      const tooSlow = (): void => refuse('slow', this.#slow);
      const share = this.#budgets[sender].open(address, announcedBytes, tooSlow);
      const endWatch = this.#watch.begin(() => chunks.size, tooSlow);
      req.on('data', onData);
      req.once('end', () => finish({ ok: true, bytes: chunks.join(sender === 'clients') }));
      req.once('close', () => finish({ ok: false, reason: 'gone' }));
      req.once('error', () => finish({ ok: false, reason: 'gone' }));
    });
  }
}

function discard(req: IncomingMessage): void {
  let discarded = 0;
  req.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > MAX_DISCARDED_BYTES) req.destroy();
  });
  req.on('error', () => req.destroy());
  req.resume();
}
