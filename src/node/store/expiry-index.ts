import { BTree } from './btree.js';
import type { StoredEntry } from './stored-entry.js';

/** The entries that expire within one second, newest first. Never empty while it is in the index. */
interface Bucket {
  head: StoredEntry;
}

/**
 * Finds what has expired without looking at what has not. Entries of the same second form an intrusive list, and the
 * seconds in use are sorted: adding and removing cost O(log seconds), an overwrite leaves nothing behind, and no clock
 * jump makes it walk through empty seconds. Bounded by the store, whose entries it holds.
 */
export class ExpiryIndex {
  readonly #seconds: BTree<number, Bucket> = new BTree<number, Bucket>(undefined, (a, b) => a - b);

  add(entry: StoredEntry): void {
    const second = secondOf(entry);
    const bucket = this.#seconds.get(second);
    if (bucket === undefined) {
      this.#seconds.set(second, { head: entry });
      return;
    }
    entry.next = bucket.head;
    bucket.head.previous = entry;
    bucket.head = entry;
  }

  /** Takes out an entry that is in the index. */
  remove(entry: StoredEntry): void {
    const { previous, next } = entry;
    if (next !== undefined) next.previous = previous;
    if (previous !== undefined) previous.next = next;
    else this.#setHead(secondOf(entry), next);
    // A reader may hold the entry for long: it must not hold its former neighbours.
    entry.previous = undefined;
    entry.next = undefined;
  }

  /**
   * An entry of a second that is over, the earliest first. Entries that expired within the running second are found
   * once it is over.
   */
  firstExpired(nowMs: number): StoredEntry | undefined {
    const second = this.#seconds.minKey();
    return second !== undefined && (second + 1) * 1000 <= nowMs ? this.#seconds.get(second)?.head : undefined;
  }

  /** How many different seconds are in use. */
  get seconds(): number {
    return this.#seconds.size;
  }

  #setHead(second: number, head: StoredEntry | undefined): void {
    const bucket = this.#seconds.get(second);
    if (head === undefined) this.#seconds.delete(second);
    else if (bucket !== undefined) bucket.head = head;
  }
}

function secondOf(entry: StoredEntry): number {
  return Math.floor(entry.expiresAtMs / 1000);
}
