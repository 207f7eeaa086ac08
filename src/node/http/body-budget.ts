import type { Clock } from '../../gossip/ports/clock.js';

/** Most bytes of request bodies held at a time: of all clients together, and of all peers together. */
export const MAX_BODIES_BYTES: number = 128 * 1024 * 1024;

/** What large bodies may take of that: the rest is left to small ones, however many large ones are under way. */
export const MAX_LARGE_BODIES_BYTES: number = 96 * 1024 * 1024;

/** A body above this size is large: probes, news and small writes are not. */
export const SMALL_BODY_BYTES: number = 64 * 1024;

/** How long a small body is safe from younger ones where there is no room, in milliseconds: honest ones are done by then. */
export const SAFE_MS = 2000;

/** What one address may take of either. */
const SHARE_OF_ONE = 1 / 2;

const NOTHING: Readonly<Use> = { bytes: 0, largeBytes: 0 };

interface Use {
  bytes: number;
  /** Those of large bodies among them. */
  largeBytes: number;
}

interface Body extends Use {
  readonly address: string;
  readonly sinceMs: number;
  readonly onDisplaced: () => void;
}

/**
 * Counts the bytes of the bodies under way, in all and by address. Only what has come counts, not what is announced.
 *
 * Where a small body finds no room, older small ones that have taken their time make some: to keep small bodies out, it
 * takes all the room anew every two seconds. Large ones make no room for each other, or none would get done.
 */
export class BodyBudget {
  readonly #clock: Clock;
  readonly #all: Use = { bytes: 0, largeBytes: 0 };
  /** Addresses of which something is held: bounded by the connections. */
  readonly #byAddress = new Map<string, Use>();
  /** Small bodies under way, the oldest first: bounded by the connections. */
  readonly #small = new Set<Body>();

  constructor(ports: { readonly clock: Clock }) {
    this.#clock = ports.clock;
  }

  get heldBytes(): number {
    return this.#all.bytes;
  }

  /** Addresses that are counted now. */
  get addresses(): number {
    return this.#byAddress.size;
  }

  /**
   * The share of one body. `announcedBytes`: what it says it is going to be, 0 where it does not. `onDisplaced` is called
   * when others need its room, and has to release it.
   */
  open(address: string, announcedBytes: number, onDisplaced: () => void): BodyShare {
    const sinceMs = this.#clock.monotonicMs();
    const body: Body = { address, sinceMs, onDisplaced, bytes: 0, largeBytes: 0 };
    if (announcedBytes <= SMALL_BODY_BYTES) this.#small.add(body);
    return {
      grow: (bytes) => this.#grow(body, bytes, Math.max(bytes, announcedBytes) > SMALL_BODY_BYTES),
      release: () => {
        this.#small.delete(body);
        this.#set(body, 0, false);
      },
    };
  }

  #grow(body: Body, bytes: number, isLarge: boolean): boolean {
    if (isLarge) this.#small.delete(body);
    return this.#set(body, bytes, isLarge) || (!isLarge && this.#displaceFor(body, bytes));
  }

  /** Ends older small bodies, the oldest first, until there is room; of the same address where that one has too much. */
  #displaceFor(body: Body, bytes: number): boolean {
    const safeSinceMs = this.#clock.monotonicMs() - SAFE_MS;
    for (const other of this.#small) {
      if (other === body || other.sinceMs > safeSinceMs) return false;
      const isOfUse = other.address === body.address || this.#hasRoomAt(body.address, bytes - body.bytes, 0);
      if (other.bytes === 0 || !isOfUse) continue;
      other.onDisplaced();
      if (this.#set(body, bytes, false)) return true;
    }
    return false;
  }

  #set(body: Body, bytes: number, isLarge: boolean): boolean {
    const largeBytes = isLarge ? bytes : 0;
    const [added, addedLarge] = [bytes - body.bytes, largeBytes - body.largeBytes];
    if (!hasRoom(this.#all, added, addedLarge, 1) || !this.#hasRoomAt(body.address, added, addedLarge)) return false;
    const ofAddress = this.#byAddress.get(body.address) ?? { ...NOTHING };
    for (const use of [this.#all, ofAddress, body]) {
      use.bytes += added;
      use.largeBytes += addedLarge;
    }
    if (ofAddress.bytes === 0) this.#byAddress.delete(body.address);
    else this.#byAddress.set(body.address, ofAddress);
    return true;
  }

  #hasRoomAt(address: string, added: number, addedLarge: number): boolean {
    return hasRoom(this.#byAddress.get(address) ?? NOTHING, added, addedLarge, SHARE_OF_ONE);
  }
}

export interface BodyShare {
  /** Takes room for the body to be `bytes` long so far; whether there is any. */
  readonly grow: (bytes: number) => boolean;
  /** Gives back all that was taken. */
  readonly release: () => void;
}

function hasRoom(use: Readonly<Use>, added: number, addedLarge: number, share: number): boolean {
  return use.bytes + added <= MAX_BODIES_BYTES * share && use.largeBytes + addedLarge <= MAX_LARGE_BODIES_BYTES * share;
}
