import { BTree } from './btree.js';
import { compareUnits, compareUtf8, needsUtf8Order } from './key-order.js';

/** Keys in ascending order of their UTF-8 bytes. Bounded by the store, whose keys it holds. */
export class KeyIndex {
  readonly #tree: BTree<string, undefined>;
  #compare: (a: string, b: string) => number = compareUnits;

  constructor() {
    this.#tree = new BTree<string, undefined>(undefined, (a, b) => this.#compare(a, b));
  }

  add(key: string): void {
    // The order of the keys held so far is the same in both orders, so the tree stays valid across the change.
    if (this.#compare === compareUnits && needsUtf8Order(key)) this.#compare = compareUtf8;
    this.#tree.set(key, undefined);
  }

  delete(key: string): void {
    this.#tree.delete(key);
  }

  /**
   * Keys that begin with `prefix` and come after `cursor`, ascending. The first costs O(log n), each other one O(1).
   */
  *from(prefix: string, cursor: string | undefined): Generator<string, void, undefined> {
    const start = cursor !== undefined && this.#compare(cursor, prefix) > 0 ? cursor : prefix;
    for (const key of this.#tree.keys(start)) {
      if (key === cursor) continue;
      if (!key.startsWith(prefix)) return;
      yield key;
    }
  }
}
