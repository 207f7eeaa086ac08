import type { Clock } from '../../gossip/ports/clock.js';
import type { Entry, Inventory } from '../../gossip/ports/store.js';
import {
  BRANCHES,
  branchOf,
  DIGEST_BYTES,
  EntryHash,
  LEAVES,
  LEAVES_PER_BRANCH,
} from '../../gossip/repair/key-space.js';
import { compareUnits } from './key-order.js';
import { LeafOrder } from './leaf-order.js';
import type { StoredEntry } from './stored-entry.js';

/**
 * Digests of all ranges of keys, kept as entries come and go, and the entries of each leaf as an intrusive list: reading
 * either costs what is read, however much is held. Bounded by the store, whose entries it holds, and 330 KiB.
 */
export class RangeIndex implements Inventory {
  readonly #clock: Clock;
  readonly #freeExpired: () => void;
  readonly #hash = new EntryHash();
  /** First entries of the leaves. */
  readonly #heads: (StoredEntry | undefined)[] = new Array<StoredEntry | undefined>(LEAVES).fill(undefined);
  readonly #order = new LeafOrder();
  /** Pairs of the high and the low half of each digest. A branch is the XOR of its leaves, the root of the branches. */
  readonly #leaves = new Uint32Array(2 * LEAVES);
  readonly #branches = new Uint32Array(2 * BRANCHES);
  readonly #root = new Uint32Array(2);

  /** `freeExpired` takes out what has expired, once before digests are read, however many. */
  constructor(ports: { readonly clock: Clock }, freeExpired: () => void) {
    this.#clock = ports.clock;
    this.#freeExpired = freeExpired;
  }

  add(entry: StoredEntry): void {
    const leaf = this.#toggle(entry);
    const head = this.#heads[leaf];
    if (head !== undefined) {
      entry.leafNext = head;
      head.leafPrevious = entry;
    }
    this.#heads[leaf] = entry;
    this.#order.add(leaf, entry, () => this.#list(leaf));
  }

  /** Takes out an entry that is in the index. */
  remove(entry: StoredEntry): void {
    const leaf = this.#toggle(entry);
    const { leafPrevious: previous, leafNext: next } = entry;
    if (next !== undefined) next.leafPrevious = previous;
    if (previous !== undefined) previous.leafNext = next;
    else this.#heads[leaf] = next;
    // A reader may hold the entry for long: it must not hold its former neighbours.
    entry.leafPrevious = undefined;
    entry.leafNext = undefined;
    this.#order.remove(leaf, entry);
  }

  root(): Uint8Array {
    this.#freeExpired();
    return bytesOf(this.#root);
  }

  branches(): Uint8Array {
    this.#freeExpired();
    return bytesOf(this.#branches);
  }

  leaves(branches: readonly number[]): Uint8Array {
    this.#freeExpired();
    const width = 2 * LEAVES_PER_BRANCH;
    const halves = new Uint32Array(branches.length * width);
    for (const [at, branch] of branches.entries()) {
      halves.set(this.#leaves.subarray(branch * width, (branch + 1) * width), at * width);
    }
    return bytesOf(halves);
  }

  entries(leaf: number): readonly Entry[] {
    const nowMs = this.#clock.nowMs();
    return [...this.#list(leaf)].filter((entry) => !entry.isExpired(nowMs));
  }

  *after(leaf: number, key: string): Generator<Entry, void, undefined> {
    const nowMs = this.#clock.nowMs();
    for (const entry of this.#order.from(leaf, key) ?? [...this.#list(leaf)].sort(byKey)) {
      if (entry.key > key && !entry.isExpired(nowMs)) yield entry;
    }
  }

  *#list(leaf: number): Generator<StoredEntry, void, undefined> {
    for (let entry = this.#heads[leaf]; entry !== undefined; entry = entry.leafNext) yield entry;
  }

  /** Puts the hash of an entry into every digest it belongs to, or takes it out: XOR undoes itself. Gives its leaf. */
  #toggle(entry: StoredEntry): number {
    const hash = this.#hash.take(entry.key);
    entry.hashInto(hash);
    const { leaf } = hash;
    toggle(this.#leaves, leaf, hash);
    toggle(this.#branches, branchOf(leaf), hash);
    toggle(this.#root, 0, hash);
    return leaf;
  }
}

function byKey(a: StoredEntry, b: StoredEntry): number {
  return compareUnits(a.key, b.key);
}

function toggle(digests: Uint32Array, at: number, { high, low }: EntryHash): void {
  digests[2 * at] = (digests[2 * at] ?? 0) ^ high;
  digests[2 * at + 1] = (digests[2 * at + 1] ?? 0) ^ low;
}

function bytesOf(halves: Uint32Array): Uint8Array {
  const bytes = new Uint8Array((halves.length / 2) * DIGEST_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [at, half] of halves.entries()) view.setUint32(at * 4, half);
  return bytes;
}
