import type { Version } from '../version.js';

/** A value and everything known about it. `bytes` belongs to the store once the entry has been put there. */
export interface Entry {
  readonly key: string;
  readonly bytes: Uint8Array;
  /** Wall-clock milliseconds: always `expiresAtMs - ttlSeconds * 1000`. */
  readonly createdMs: number;
  readonly ttlSeconds: number;
  /** Wall-clock milliseconds from which on the value is gone. */
  readonly expiresAtMs: number;
  readonly version: Version;
}

/**
 * What became of a write.
 *
 * - `stored`: it is the newest version of its key here.
 * - `stale`: a newer version is held; the write is superseded and counts as applied.
 * - `expired`: its time was over when it arrived.
 * - `full`: the storage cap leaves no room; what was held stays as it was.
 */
export type PutOutcome = 'stored' | 'stale' | 'expired' | 'full';

/** What is remembered of an entry for a while after its expiry. */
export interface ExpiredVersion {
  readonly version: Version;
  /** Wall-clock milliseconds. */
  readonly expiresAtMs: number;
}

/** One page of keys; `nextCursor` is set where more follow. */
export interface KeyPage {
  readonly keys: readonly string[];
  readonly nextCursor?: string;
}

/** Where entries live. Expired is gone: no method returns an entry at or past its expiry, swept or not. */
export interface Store {
  /**
   * Applies a write if its version is not below the version held. `entry.bytes` must share memory with nothing else.
   */
  put(entry: Entry): PutOutcome;
  get(key: string): Entry | undefined;
  /** The version of the key that has expired lately, where nothing newer is held. */
  expired(key: string): ExpiredVersion | undefined;
  /** The version of what is held, or of what has expired lately: nothing older of this key counts. */
  lastVersion(key: string): Version | undefined;
  /**
   * Live keys in ascending order of their UTF-8 bytes, beginning with `prefix` and after `cursor`; at most `limit` of
   * them where one is given.
   */
  keys(query: { readonly prefix?: string; readonly cursor?: string; readonly limit?: number }): KeyPage;
  /** What is held, by ranges of keys. */
  readonly inventory: Inventory;
}

/**
 * What a store holds, by the ranges of `repair/key-space.ts`, in a form that two nodes can compare. The digest of a
 * range is the XOR of the hashes of its entries, eight bytes; of a range without entries it is zero.
 *
 * What expired before the running second is in no digest, unless so much expired at once that freeing it takes longer.
 */
export interface Inventory {
  /** The digest of everything. */
  root(): Uint8Array;
  /** The digests of all branches, joined. */
  branches(): Uint8Array;
  /** The digests of the leaves of some branches, in their order, joined. */
  leaves(branches: readonly number[]): Uint8Array;
  /** The live entries of one leaf, in no order. */
  entries(leaf: number): readonly Entry[];
  /**
   * Those whose keys come after `key`, ascending by UTF-16 code unit; no key is empty, so that `''` gives all. Costs what
   * is read, however many share the leaf. Nothing may be written meanwhile.
   */
  after(leaf: number, key: string): Iterable<Entry>;
}
