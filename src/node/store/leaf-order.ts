import { LEAVES } from '../../gossip/repair/key-space.js';
import { BTree } from './btree.js';
import { compareUnits } from './key-order.js';
import type { StoredEntry } from './stored-entry.js';

/** A leaf above this size is kept in order. Hashing alone makes none so large; whoever picks keys for it does. */
export const MAX_UNORDERED: number = 1024;

/** An ordered leaf that shrinks to this size is no longer kept so: far enough below that none goes to and fro. */
const MIN_ORDERED: number = MAX_UNORDERED / 2;

type Ordered = BTree<string, StoredEntry>;

/**
 * The entries of large leaves by key, so that a page of one costs what the page holds and not what the leaf does. Small
 * leaves, which are sorted when they are read, cost four bytes here. Bounded by the store, whose entries it holds.
 */
export class LeafOrder {
  readonly #sizes = new Uint32Array(LEAVES);
  readonly #ordered = new Map<number, Ordered>();

  /** An entry is in `leaf` now. `list`: all that are. */
  add(leaf: number, entry: StoredEntry, list: () => Iterable<StoredEntry>): void {
    const size = this.#resize(leaf, 1);
    const ordered = this.#ordered.get(leaf);
    if (ordered !== undefined) ordered.set(entry.key, entry);
    else if (size > MAX_UNORDERED) this.#ordered.set(leaf, inOrder(list()));
  }

  remove(leaf: number, { key }: StoredEntry): void {
    const size = this.#resize(leaf, -1);
    if (size > MIN_ORDERED) this.#ordered.get(leaf)?.delete(key);
    else this.#ordered.delete(leaf);
  }

  /** The entries of a large leaf by key, from `key` on; `undefined` where the leaf is small. */
  from(leaf: number, key: string): Iterable<StoredEntry> | undefined {
    const ordered = this.#ordered.get(leaf);
    return ordered && valuesOf(ordered, key);
  }

  #resize(leaf: number, by: 1 | -1): number {
    const size = (this.#sizes[leaf] ?? 0) + by;
    this.#sizes[leaf] = size;
    return size;
  }
}

function inOrder(entries: Iterable<StoredEntry>): Ordered {
  const ordered: Ordered = new BTree<string, StoredEntry>(undefined, compareUnits);
  for (const entry of entries) ordered.set(entry.key, entry);
  return ordered;
}

function* valuesOf(ordered: Ordered, key: string): Generator<StoredEntry, void, undefined> {
  for (const [, entry] of ordered.entries(key)) yield entry;
}
