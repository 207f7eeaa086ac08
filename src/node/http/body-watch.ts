import type { Clock } from '../../gossip/ports/clock.js';
import { Ticker } from '../../gossip/ticker.js';
import { SMALL_BODY_BYTES } from './body-budget.js';

/** How long a body may take to bring what it has to, in milliseconds. Up to 2 s more go by until it is noticed. */
export const MAX_STALL_MS = 10_000;

/** What a large body has to bring in each such time, in bytes: 13 kbit/s. Of a small one, a byte is enough. */
export const MIN_PROGRESS_BYTES: number = 16 * 1024;

/**
 * Looks in such a time. They are counted and not time: after a pause of the whole process, what has arrived meanwhile
 * is read before the next look.
 */
const LOOKS = 10;

interface Watched {
  readonly size: () => number;
  readonly onStall: () => void;
  /** Size at the last progress, and looks since then. */
  before: number;
  looks: number;
}

/** Finds the bodies that stall, or come too slowly to be worth what they hold. */
export class BodyWatch {
  readonly #ticker: Ticker;
  /** One for each body under way: bounded by the connections. */
  readonly #bodies = new Set<Watched>();

  constructor(ports: { readonly clock: Clock }) {
    this.#ticker = new Ticker(ports.clock, MAX_STALL_MS / LOOKS, () => this.#look());
  }

  /** Calls `onStall` when the body stalls; gives what ends the watch. */
  begin(size: () => number, onStall: () => void): () => void {
    const watched: Watched = { size, onStall, before: 0, looks: 0 };
    this.#bodies.add(watched);
    this.#ticker.start();
    return () => {
      this.#bodies.delete(watched);
      if (this.#bodies.size === 0) this.#ticker.stop();
    };
  }

  #look(): void {
    for (const body of this.#bodies) {
      const size = body.size();
      if (size - body.before >= (size > SMALL_BODY_BYTES ? MIN_PROGRESS_BYTES : 1)) {
        body.before = size;
        body.looks = 0;
      } else if (body.looks++ >= LOOKS) {
        body.onStall();
      }
    }
  }
}
