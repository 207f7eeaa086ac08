import type { NodeInfo } from '../wire/message.js';
import type { Tombstone } from '../wire/news.js';
import { MAX_DIGEST_BUCKETS, type ViewDigest } from '../wire/view-digest.js';
import { hashOfText } from './text-hash.js';

/** Entries a bucket is meant to hold: what has to be listed where one of them differs. */
const BUCKET_ENTRIES = 8;

const HASHES = 2 ** 32;

/** Something a node knows of another, as digests see it. */
export interface ViewEntry<Item> {
  /** Where it belongs: a hash of the id, so that what two nodes know of a third lies in one place. */
  readonly position: number;
  /** A hash of all that is to be the same everywhere. */
  readonly mark: number;
  readonly item: Item;
}

/** A live node: another process, or another address, is a difference. */
export function nodeEntry<Item>(info: NodeInfo, item: Item): ViewEntry<Item> {
  const { id, extension, address, httpPort } = info;
  const identity = [id, extension?.incarnation ?? 0, extension?.instance ?? '', address, httpPort];
  return { position: hashOfText(id), mark: hashOfText(JSON.stringify(identity)), item };
}

/** A removed node. */
export function tombstoneEntry(tombstone: Tombstone): ViewEntry<Tombstone> {
  const { id, incarnation } = tombstone;
  return { position: hashOfText(id), mark: hashOfText(JSON.stringify(['removed', id, incarnation])), item: tombstone };
}

/** How many buckets a digest of so many entries has. */
export function bucketCount(entries: number): number {
  let buckets = 1;
  while (buckets < MAX_DIGEST_BUCKETS && buckets * BUCKET_ENTRIES < entries) buckets *= 2;
  return buckets;
}

/**
 * The XOR of the marks in each of `buckets` equal ranges of positions. Two views have the same digest where they hold
 * the same, in whatever order; where they do not, one bucket in 2^32 fails to show it.
 */
export function digestOf(entries: readonly ViewEntry<unknown>[], buckets: number): ViewDigest {
  const digest: number[] = Array(buckets).fill(0);
  for (const { position, mark } of entries) {
    const bucket = bucketOf(position, buckets);
    digest[bucket] = ((digest[bucket] ?? 0) ^ mark) >>> 0;
  }
  return digest;
}

/** Which buckets of two digests of as many differ. */
export function bucketsThatDiffer(ours: ViewDigest, theirs: ViewDigest): readonly boolean[] {
  return ours.map((bucket, at) => bucket !== theirs[at]);
}

/**
 * The entries in those of all buckets that are marked, by position. So any part of the list that is in a row holds
 * whole ranges of positions, and makes these equal, however fine the next digest is.
 */
export function entriesIn<Item>(
  entries: readonly ViewEntry<Item>[],
  buckets: readonly boolean[],
): readonly ViewEntry<Item>[] {
  return entries
    .filter(({ position }) => buckets[bucketOf(position, buckets.length)])
    .sort((a, b) => a.position - b.position);
}

function bucketOf(position: number, buckets: number): number {
  return Math.floor((position / HASHES) * buckets);
}
