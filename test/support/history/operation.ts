/**
 * - `quorum`: answered 201.
 * - `pending`: answered 202; the node that took it holds it.
 * - `refused`: answered 503, 507 or another refusal; nobody may ever read it.
 * - `unknown`: not answered; it may or may not have happened, or may happen yet.
 */
export type WriteOutcome = 'quorum' | 'pending' | 'refused' | 'unknown';

/** The place of a write in the order of all writes; the higher one wins. By `ms`, then `logical`, then `origin`. */
export interface WriteVersion {
  readonly ms: number;
  readonly logical: number;
  /** Compared by code unit. */
  readonly origin: string;
}

/** A write as its client saw it. All times are milliseconds of the one clock of the history. */
export interface WriteOperation {
  readonly kind: 'write';
  readonly node: string;
  /** The process that took it, named as in reads; absent where the client cannot tell. */
  readonly instance?: string | undefined;
  readonly key: string;
  /** Unique among the writes of the key. */
  readonly value: string;
  /** As the cluster grants it: after clamping. */
  readonly ttlSeconds: number;
  readonly invokedMs: number;
  /**
   * When the answer came. For an unknown outcome: a time by which it had happened if it ever will, where one is known.
   */
  readonly completedMs?: number | undefined;
  readonly outcome: WriteOutcome;
  readonly version?: WriteVersion | undefined;
  /** The moment from which on no node may serve it, where it is known to the millisecond. */
  readonly expiresAtMs?: number | undefined;
}

/** A read that was answered. */
export interface ReadOperation {
  readonly kind: 'read';
  readonly node: string;
  /** The process that answered: another one after each restart of the node. */
  readonly instance: string;
  readonly key: string;
  /** `undefined`: the node had nothing under the key. */
  readonly value: string | undefined;
  readonly invokedMs: number;
  readonly completedMs: number;
}

export type Operation = WriteOperation | ReadOperation;
