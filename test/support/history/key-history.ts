import { ExpirySearch } from './expiry-search.js';
import { type KnownWrite, knownWrites } from './known-write.js';
import type { Operation, ReadOperation, WriteOperation } from './operation.js';
import type { Skew } from './skew.js';

/**
 * What one operation shows of the process it was made at: `write` is the value there, `undefined` that there was none.
 */
export interface Observation {
  readonly operation: ReadOperation;
  readonly write: KnownWrite | undefined;
}

/** How long what has expired is remembered at least, in milliseconds. */
const EXPIRED_MEMORY_MS = 60_000;

/** Everything that was done under one key, with what follows from it whatever node it was done at. */
export class KeyHistory {
  readonly key: string;
  readonly skew: Skew;
  /** All but the refused ones. */
  readonly writes: readonly KnownWrite[];
  /** Reads of nothing, or of a value whose write may have happened by then. */
  readonly observations: readonly Observation[];
  /** Reads of a value that cannot have been there: of no write, of a refused one, of one that began later. */
  readonly impossible: readonly { readonly read: ReadOperation; readonly write: WriteOperation | undefined }[];
  readonly #expiry: ExpirySearch;

  /** Throws a `RangeError` where two writes carry the same value: nobody can tell which one was read. */
  constructor(key: string, operations: readonly Operation[], skew: Skew) {
    this.key = key;
    this.skew = skew;
    const reads = operations.filter((operation) => operation.kind === 'read');
    const written = byValue(
      key,
      operations.filter((operation) => operation.kind === 'write'),
    );
    const possible = (read: ReadOperation) => read.value === undefined || canHaveRead(read, written.get(read.value));
    this.impossible = reads
      .filter((read) => !possible(read))
      .map((read) => ({ read, write: written.get(read.value ?? '') }));
    const plausible = reads.filter(possible);
    const happened = [...written.values()].filter((write) => write.outcome !== 'refused');
    this.writes = knownWrites(happened, firstSeen(plausible), skew);
    this.#expiry = new ExpirySearch(this.writes);
    const known = new Map(this.writes.map((write) => [write.operation.value, write]));
    this.observations = plausible.map((operation) => {
      return { operation, write: operation.value === undefined ? undefined : known.get(operation.value) };
    });
  }

  /**
   * Whether a node that holds `write` or something newer may have answered `read`, which found nothing: because what it
   * holds had expired by then.
   */
  mayBeEmpty(read: ReadOperation, write: KnownWrite): boolean {
    return this.#expiry.mayHaveExpired(write.low, this.skew.latest(read.node, read.completedMs));
  }

  /**
   * Whether the node that answered `read` may have forgotten `write`, because that had expired a minute before by its clock:
   * an older value that others still hold may then be there again.
   */
  mayBeForgotten(read: ReadOperation, write: KnownWrite): boolean {
    return this.skew.latest(read.node, read.completedMs) >= write.earliestExpiryMs + EXPIRED_MEMORY_MS;
  }
}

function canHaveRead(read: ReadOperation, write: WriteOperation | undefined): boolean {
  return write !== undefined && write.outcome !== 'refused' && write.invokedMs <= read.completedMs;
}

function byValue(key: string, writes: readonly WriteOperation[]): Map<string, WriteOperation> {
  const written = new Map<string, WriteOperation>();
  for (const write of writes) {
    if (written.has(write.value)) throw new RangeError(`key "${key}": two writes carry the value "${write.value}"`);
    written.set(write.value, write);
  }
  return written;
}

/** By value: when the first read of it had ended. */
function firstSeen(reads: readonly ReadOperation[]): Map<string, number> {
  const seenMs = new Map<string, number>();
  for (const { value, completedMs } of reads) {
    if (value === undefined) continue;
    seenMs.set(value, Math.min(completedMs, seenMs.get(value) ?? completedMs));
  }
  return seenMs;
}
