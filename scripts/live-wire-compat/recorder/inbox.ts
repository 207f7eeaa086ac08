import { Unmet } from '../expect.js';
import type { WireMessage } from '../wire/message.js';

/** One request that reached a recorder. */
export interface Received {
  readonly atMs: number;
  readonly path: string;
  readonly raw: string;
  readonly message?: WireMessage;
  readonly contentType?: string;
  /** Undefined where the recorder has no secret to verify with. */
  readonly signatureValid?: boolean;
}

export type MessagePredicate = (message: WireMessage) => boolean;

interface Waiter {
  readonly matches: MessagePredicate;
  readonly resolve: (message: WireMessage) => void;
}

const MAX_KEPT = 50_000;

/** Everything a recorder was sent, in order. Holds at most 50,000 entries: later ones are counted, not kept. */
export class Inbox {
  readonly #entries: Received[] = [];
  readonly #waiters = new Set<Waiter>();
  #total = 0;

  add(entry: Received): void {
    this.#total += 1;
    if (this.#entries.length < MAX_KEPT) this.#entries.push(entry);
    const { message } = entry;
    if (message === undefined) return;
    for (const waiter of this.#waiters) {
      if (waiter.matches(message)) waiter.resolve(message);
    }
  }

  get total(): number {
    return this.#total;
  }

  /** A place to look on from. */
  mark(): number {
    return this.#entries.length;
  }

  entriesSince(mark: number): readonly Received[] {
    return this.#entries.slice(mark);
  }

  messagesSince(mark: number, matches: MessagePredicate = () => true): readonly WireMessage[] {
    const found: WireMessage[] = [];
    for (const { message } of this.entriesSince(mark)) {
      if (message !== undefined && matches(message)) found.push(message);
    }
    return found;
  }

  /** The first match at or after `mark`, waiting for it if need be. */
  async waitFor(what: string, mark: number, timeoutMs: number, matches: MessagePredicate): Promise<WireMessage> {
    const [already] = this.messagesSince(mark, matches);
    if (already !== undefined) return already;
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        matches,
        resolve: (message) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(message);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Unmet(`${what}: did not come within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiters.add(waiter);
    });
  }
}
