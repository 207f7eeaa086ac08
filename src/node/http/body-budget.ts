/** Most bytes of request bodies held at a time: of all clients together, and of all peers together. */
export const MAX_BODIES_BYTES: number = 128 * 1024 * 1024;

/** What large bodies may take of that: the rest is left to small ones, however many large ones are under way. */
export const MAX_LARGE_BODIES_BYTES: number = 96 * 1024 * 1024;

/** A body above this size is large: probes, news and small writes are not. */
export const SMALL_BODY_BYTES: number = 64 * 1024;

/** What one address may take of either. */
const SHARE_OF_ONE = 1 / 2;

interface Use {
  bytes: number;
  /** Those of large bodies among them. */
  largeBytes: number;
}

/** Counts the bytes of the bodies under way, in all and by address. Only what has come counts, not what is announced. */
export class BodyBudget {
  readonly #all: Use = { bytes: 0, largeBytes: 0 };
  /** Addresses of which something is held: bounded by the connections. */
  readonly #byAddress = new Map<string, Use>();

  get heldBytes(): number {
    return this.#all.bytes;
  }

  /** Addresses that are counted now. */
  get addresses(): number {
    return this.#byAddress.size;
  }

  /** The share of one body. `announcedBytes`: what it says it is going to be, 0 where it does not. */
  open(address: string, announcedBytes: number): BodyShare {
    const held: Use = { bytes: 0, largeBytes: 0 };
    return {
      grow: (bytes) => this.#set(address, held, bytes, Math.max(bytes, announcedBytes) > SMALL_BODY_BYTES),
      release: () => void this.#set(address, held, 0, false),
    };
  }

  #set(address: string, held: Use, bytes: number, isLarge: boolean): boolean {
    const largeBytes = isLarge ? bytes : 0;
    const [added, addedLarge] = [bytes - held.bytes, largeBytes - held.largeBytes];
    const ofAddress = this.#byAddress.get(address) ?? { bytes: 0, largeBytes: 0 };
    const isRoom = hasRoom(this.#all, added, addedLarge, 1) && hasRoom(ofAddress, added, addedLarge, SHARE_OF_ONE);
    if (!isRoom) return false;
    for (const use of [this.#all, ofAddress, held]) {
      use.bytes += added;
      use.largeBytes += addedLarge;
    }
    if (ofAddress.bytes === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, ofAddress);
    return true;
  }
}

export interface BodyShare {
  /** Takes room for the body to be `bytes` long so far; whether there is any. */
  readonly grow: (bytes: number) => boolean;
  /** Gives back all that was taken. */
  readonly release: () => void;
}

function hasRoom(use: Use, added: number, addedLarge: number, share: number): boolean {
  return use.bytes + added <= MAX_BODIES_BYTES * share && use.largeBytes + addedLarge <= MAX_LARGE_BODIES_BYTES * share;
}
