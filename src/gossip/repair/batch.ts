import type { Entry } from '../ports/store.js';

/**
 * Most that repair puts into one request or answer, in the bytes of `entryCost`; a single larger entry travels alone.
 * Small enough that encoding, decoding or storing it holds up a node's other work for a few milliseconds only.
 */
export const MAX_BATCH_BYTES: number = 128 * 1024;

/** What an entry takes besides key and value, on the wire and in work, in bytes. */
const ENTRY_COST = 128;

/** What moving an entry costs, in bytes. */
export function entryCost(key: string, valueBytes: number): number {
  return ENTRY_COST + key.length + valueBytes;
}

export function costOf(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const entry of entries) bytes += entryCost(entry.key, entry.bytes.byteLength);
  return bytes;
}

/** Cuts `items` into runs that cost at most `most`, or are of one item. */
export function* batches<T>(
  items: Iterable<T>,
  cost: (item: T) => number,
  most: number = MAX_BATCH_BYTES,
): Generator<readonly T[], void, undefined> {
  let batch: T[] = [];
  let sum = 0;
  for (const item of items) {
    const more = cost(item);
    if (batch.length > 0 && sum + more > most) {
      yield batch;
      batch = [];
      sum = 0;
    }
    batch.push(item);
    sum += more;
  }
  if (batch.length > 0) yield batch;
}
