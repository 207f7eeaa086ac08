import type { Entry } from '../../gossip/ports/store.js';
import type { EntryHash } from '../../gossip/repair/key-space.js';
import type { Version } from '../../gossip/version.js';
import { ON_HEAP_BYTES } from './footprint.js';

const EMPTY = new Uint8Array(0);

/**
 * An entry as the store holds it, with its places in the indexes. One hidden class, no closures, and no part that
 * can be made when it is asked for: there may be millions.
 */
export class StoredEntry implements Entry {
  readonly key: string;
  readonly #value: ArrayBufferLike | Uint8Array;
  readonly ttlSeconds: number;
  readonly expiresAtMs: number;
  readonly #versionMs: number;
  readonly #versionLogical: number;
  readonly #versionOrigin: string;
  /** Neighbours in the list of entries that expire in the same second; set by the expiry index alone. */
  previous: StoredEntry | undefined = undefined;
  next: StoredEntry | undefined = undefined;
  /** Neighbours in the list of entries of the same leaf; set by the range index alone. */
  leafPrevious: StoredEntry | undefined = undefined;
  leafNext: StoredEntry | undefined = undefined;

  /** `key` must be `entry.key` in memory of its own: see `ownedText`. */
  constructor(entry: Entry, key: string) {
    this.key = key;
    this.#value = ownedValue(entry.bytes);
    this.ttlSeconds = entry.ttlSeconds;
    this.expiresAtMs = entry.expiresAtMs;
    this.#versionMs = entry.version.ms;
    this.#versionLogical = entry.version.logical;
    this.#versionOrigin = entry.version.origin;
  }

  get createdMs(): number {
    return this.expiresAtMs - this.ttlSeconds * 1000;
  }

  get version(): Version {
    return { ms: this.#versionMs, logical: this.#versionLogical, origin: this.#versionOrigin };
  }

  /** Completes the hash of this entry, whose key was taken. */
  hashInto(hash: EntryHash): void {
    hash.mix(this.#versionMs, this.#versionLogical, this.#versionOrigin);
  }

  /** A view over the value, made anew: held ready, it would take as much as the rest of the entry. */
  get bytes(): Uint8Array {
    return this.#value instanceof Uint8Array ? this.#value : new Uint8Array(this.#value);
  }

  get byteLength(): number {
    return this.#value.byteLength;
  }

  isExpired(nowMs: number): boolean {
    return nowMs >= this.expiresAtMs;
  }
}

/**
 * The same text in memory of its own. V8 lets a part of a string keep the whole alive, and a key is often a part of a
 * request target.
 */
export function ownedText(text: string): string {
  const copy = Buffer.from(text).toString();
  return copy === text ? copy : text;
}

/**
 * The value in memory that keeps nothing larger alive. Small ones are copied in any case: a buffer of their own would
 * cost more than they do.
 */
function ownedValue(bytes: Uint8Array): ArrayBufferLike | Uint8Array {
  if (bytes.byteLength === 0) return EMPTY;
  if (bytes.byteLength <= ON_HEAP_BYTES) return new Uint8Array(bytes);
  return bytes.buffer.byteLength === bytes.byteLength ? bytes.buffer : new Uint8Array(bytes).buffer;
}
