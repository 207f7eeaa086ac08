import type { IncomingMessage } from 'node:http';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';

/** Most bytes of request bodies held at a time: of all clients together, and of all peers together. */
export const MAX_BODIES_BYTES: number = 128 * 1024 * 1024;

/** Whose bodies are counted together: clients that stall their uploads must not keep gossip out. */
type Sender = 'clients' | 'peers';

/** A refused body is read this much further, so that the client gets to see the answer, and then cut off. */
const MAX_DISCARDED_BYTES: number = 32 * 1024 * 1024;

/**
 * - `too-large`: longer than allowed. `busy`: too many bodies are being read. `gone`: the client went away.
 */
export type BodyResult =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly reason: 'too-large' | 'busy' | 'gone' };

/** Reads request bodies, within a bound for each, one for those of clients together and one for those of peers. */
export class BodyReader {
  readonly #tooLarge: Counter;
  readonly #busy: Counter;
  /** What a client waits for before it sends its body. An entry lives as long as its request. */
  readonly #beforeReading = new WeakMap<IncomingMessage, () => void>();
  readonly #heldBytes: Record<Sender, number> = { clients: 0, peers: 0 };

  constructor(ports: { readonly metrics: Metrics }) {
    const { metrics } = ports;
    this.#tooLarge = metrics.counter('repram_bodies_too_large_total', 'Requests refused: their body is too long.');
    this.#busy = metrics.counter('repram_bodies_busy_total', 'Requests refused: too many bodies were being read.');
    metrics.gauge('repram_bodies_held_bytes', 'Bytes of request bodies being read.', () => {
      const { clients, peers } = this.#heldBytes;
      return clients + peers;
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
    if (Number(req.headers['content-length'] ?? 0) > maxBytes) {
      this.#tooLarge.inc();
      discard(req);
      return Promise.resolve({ ok: false, reason: 'too-large' });
    }
    this.#beforeReading.get(req)?.();
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let size = 0;
      let done = false;
      const finish = (result: BodyResult): void => {
        if (done) return;
        done = true;
        this.#heldBytes[sender] -= size;
        req.removeListener('data', onData);
        resolve(result);
      };
      const refuse = (reason: 'too-large' | 'busy', counter: Counter): void => {
        counter.inc();
        finish({ ok: false, reason });
        discard(req);
      };
      const onData = (chunk: Buffer): void => {
        if (size + chunk.length > maxBytes) return refuse('too-large', this.#tooLarge);
        if (this.#heldBytes[sender] + chunk.length > MAX_BODIES_BYTES) return refuse('busy', this.#busy);
        size += chunk.length;
        this.#heldBytes[sender] += chunk.length;
        chunks.push(chunk);
      };
      req.on('data', onData);
      req.once('end', () => finish({ ok: true, bytes: join(chunks, size, sender === 'clients') }));
      req.once('close', () => finish({ ok: false, reason: 'gone' }));
      req.once('error', () => finish({ ok: false, reason: 'gone' }));
    });
  }
}

function join(chunks: readonly Buffer[], size: number, own: boolean): Buffer {
  const [first] = chunks;
  if (!own && first !== undefined && chunks.length === 1) return first;
  const bytes = Buffer.allocUnsafeSlow(size);
  let offset = 0;
  for (const chunk of chunks) offset += chunk.copy(bytes, offset);
  return bytes;
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
