/**
 * How keys are divided for comparing replicas, and what a range of them is compared by. Part of the protocol: two nodes
 * find the same differences only if both divide and digest alike.
 */

/** Ranges the keys are divided into at the first level. */
export const BRANCHES = 256;
/** Ranges a branch is divided into. */
export const LEAVES_PER_BRANCH = 64;
export const LEAVES: number = BRANCHES * LEAVES_PER_BRANCH;
/** Bytes of one digest: two 32-bit halves, big-endian. */
export const DIGEST_BYTES = 8;

const LEAF_SHIFT = 18;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const SECOND_OFFSET = 0x9747b28c;
const SECOND_MULTIPLIER = 0x5bd1e995;
const TWO_TO_32 = 2 ** 32;

/**
 * The hash of an entry, by which ranges are digested: 64 bits over key and version, and the leaf the key belongs to.
 *
 * Both halves fold in the UTF-16 code units of the key, then the version: the high and low 32 bits of `ms`, `logical`,
 * and the code units of `origin`; each by `h = (h ^ unit) * multiplier` modulo 2^32. The first half is FNV-1a (Fowler,
 * Noll, Vo) but for the width of the units; the second begins with another number and multiplies by the constant of
 * MurmurHash2 (Appleby). Each half is finished with `fmix32` of MurmurHash3. The leaf is the upper 14 bits of the first
 * half of the key alone.
 *
 * One object serves for many entries, since this runs in the way of every write: `take` a key, then `mix` a version.
 */
export class EntryHash {
  /** Of the key taken last. */
  leaf = 0;
  /** Of that key and the version mixed in last, as unsigned 32-bit integers. */
  high = 0;
  low = 0;
  #keyHigh = 0;
  #keyLow = 0;

  take(key: string): this {
    let high = FNV_OFFSET;
    let low = SECOND_OFFSET;
    for (let at = 0; at < key.length; at++) {
      const unit = key.charCodeAt(at);
      high = Math.imul(high ^ unit, FNV_PRIME);
      low = Math.imul(low ^ unit, SECOND_MULTIPLIER);
    }
    this.#keyHigh = high;
    this.#keyLow = low;
    this.leaf = fmix32(high) >>> LEAF_SHIFT;
    return this;
  }

  mix(ms: number, logical: number, origin: string): this {
    const upper = Math.floor(ms / TWO_TO_32);
    let high = fold(this.#keyHigh, FNV_PRIME, upper, ms, logical);
    let low = fold(this.#keyLow, SECOND_MULTIPLIER, upper, ms, logical);
    for (let at = 0; at < origin.length; at++) {
      const unit = origin.charCodeAt(at);
      high = Math.imul(high ^ unit, FNV_PRIME);
      low = Math.imul(low ^ unit, SECOND_MULTIPLIER);
    }
    this.high = fmix32(high);
    this.low = fmix32(low);
    return this;
  }
}

/** The leaf a key belongs to, counted through all branches. */
export function leafOf(key: string): number {
  return new EntryHash().take(key).leaf;
}

/** The branch a leaf belongs to. */
export function branchOf(leaf: number): number {
  return Math.floor(leaf / LEAVES_PER_BRANCH);
}

/** Whether the `at`-th digests of two rows of digests are the same. */
export function sameDigest(a: Uint8Array, b: Uint8Array, at: number): boolean {
  for (let byte = at * DIGEST_BYTES; byte < (at + 1) * DIGEST_BYTES; byte++) {
    if (a[byte] !== b[byte]) return false;
  }
  return true;
}

/** Bitwise operators take `ms` modulo 2^32, which is its lower half. */
function fold(start: number, multiplier: number, upper: number, ms: number, logical: number): number {
  // The upper half is mixed well before the lower one meets it: multiplying alone carries no bit downward.
  let hash = fmix32(start ^ upper);
  hash = fmix32(Math.imul(hash ^ ms, multiplier));
  return fmix32(Math.imul(hash ^ logical, multiplier));
}

/** The finishing step of MurmurHash3 (Appleby, public domain): every bit of the input changes each of the result. */
function fmix32(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
