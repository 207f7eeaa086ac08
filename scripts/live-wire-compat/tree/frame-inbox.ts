import { Unmet } from '../expect.js';
import type { WireFrame } from '../wire/frame.js';

export type FramePredicate = (frame: WireFrame) => boolean;

interface Waiter {
  readonly matches: FramePredicate;
  readonly resolve: (frame: WireFrame) => void;
}

const MAX_KEPT = 20_000;

/** Every frame that came over one socket, in order. Holds at most 20,000: later ones are not kept. */
export class FrameInbox {
  readonly #frames: WireFrame[] = [];
  /** Bounded by the checks that wait, one or two at a time. */
  readonly #waiters = new Set<Waiter>();

  add(frame: WireFrame): void {
    if (this.#frames.length < MAX_KEPT) this.#frames.push(frame);
    for (const waiter of this.#waiters) {
      if (waiter.matches(frame)) waiter.resolve(frame);
    }
  }

  /** A place to look on from. */
  mark(): number {
    return this.#frames.length;
  }

  since(mark: number, matches: FramePredicate = () => true): readonly WireFrame[] {
    return this.#frames.slice(mark).filter(matches);
  }

  /** The first match at or after `mark`, waiting for it if need be. */
  async waitFor(what: string, mark: number, timeoutMs: number, matches: FramePredicate): Promise<WireFrame> {
    const [already] = this.since(mark, matches);
    if (already !== undefined) return already;
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        matches,
        resolve: (frame) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(frame);
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

/** Frames that carry a message under this id. */
export function under(messageId: string, type?: string): FramePredicate {
  return (frame) => frame.message?.message_id === messageId && (type === undefined || frame.type === type);
}

/** PUT frames for this key. */
export function putOf(key: string): FramePredicate {
  return ({ type, message }) => type === 'put' && message?.key === key;
}
