import type { WriteOperation, WriteVersion } from './operation.js';
import type { Skew } from './skew.js';
import { compareVersions } from './version-order.js';

/**
 * A write with what follows of its place among the writes of its key and of its expiry. One write is provably older
 * than another where its `high` is below the other's `low`.
 */
export interface KnownWrite {
  readonly operation: WriteOperation;
  readonly low: number;
  readonly high: number;
  /** No node whose clock is below this may miss it for its age. */
  readonly earliestExpiryMs: number;
  /** No node whose clock has reached this may serve it. Equal to the other where the expiry is known exactly. */
  readonly latestExpiryMs: number;
}

/**
 * The writes of one key that may have happened. `seenMs` says when a write was first known to have happened because
 * somebody had read it.
 *
 * Where any version is known, versions are the order, and a write without one may have any place in it. Otherwise real
 * time is: a write takes its version from a clock between its invocation and its completion, in whole milliseconds, so
 * one that ended in an earlier millisecond than another began in is older, given that the clocks agree. A hybrid clock
 * may run ahead as far as the clock that is furthest ahead, never behind its own.
 */
export function knownWrites(
  writes: readonly WriteOperation[],
  seenMs: ReadonlyMap<string, number>,
  skew: Skew,
): KnownWrite[] {
  const ranks = versionRanks(writes);
  return writes.map((operation) => {
    const happenedByMs = Math.min(
      operation.completedMs ?? Number.POSITIVE_INFINITY,
      seenMs.get(operation.value) ?? Number.POSITIVE_INFINITY,
    );
    const low = Math.floor(skew.earliest(operation.node, operation.invokedMs));
    const high = Math.floor(happenedByMs + skew.mostMs);
    const ttlMs = operation.ttlSeconds * 1000;
    return {
      operation,
      low: ranks === undefined ? low : (ranks.get(operation) ?? Number.NEGATIVE_INFINITY),
      high: ranks === undefined ? high : (ranks.get(operation) ?? Number.POSITIVE_INFINITY),
      earliestExpiryMs: operation.expiresAtMs ?? low + ttlMs,
      latestExpiryMs: operation.expiresAtMs ?? high + ttlMs,
    };
  });
}

/** The place of each write that has a version; `undefined` where none has. Equal versions share a place. */
function versionRanks(writes: readonly WriteOperation[]): Map<WriteOperation, number> | undefined {
  const versioned = writes.flatMap((write) => (write.version === undefined ? [] : [{ write, version: write.version }]));
  if (versioned.length === 0) return undefined;
  versioned.sort((a, b) => compareVersions(a.version, b.version));
  const ranks = new Map<WriteOperation, number>();
  let rank = 0;
  let previous: WriteVersion | undefined;
  for (const { write, version } of versioned) {
    if (previous !== undefined && compareVersions(previous, version) !== 0) rank++;
    ranks.set(write, rank);
    previous = version;
  }
  return ranks;
}
