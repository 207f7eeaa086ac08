import type { Entry } from '../ports/store.js';
import type { Version } from '../version.js';

/**
 * The replica channel: one question of a member of the enclave, one answer. It carries what keeps replicas equal, and
 * is spoken only between nodes of this implementation.
 *
 * Digests are eight bytes each, joined in the order of what they are of.
 */

/** A key, the version of its value that has expired, and when it did, in wall-clock milliseconds. */
export interface ExpiredKey extends KeyVersion {
  readonly expiresAtMs: number;
}

/** A key, and a version of its value. */
export interface KeyVersion {
  readonly key: string;
  readonly version: Version;
}

/** A key that a replica holds, and what of it. */
export interface HeldKey extends KeyVersion {
  /** Length of the value. */
  readonly bytes: number;
}

/**
 * What a member may ask.
 *
 * - `read`: what do you hold of this key? `held` is the version the asker knows of.
 * - `give`: take these.
 * - `digest`: do we hold the same? `root` is the digest of all that the asker holds.
 * - `leaves`: the digests of the leaves of these branches.
 * - `list`: what do you hold in these leaves?
 * - `fetch`: the entries of these keys.
 * - `pull`: the entries in these leaves.
 *
 * `cursor` is what the last answer gave, where it said that more follows.
 */
export type ReplicaQuestion =
  | { readonly op: 'read'; readonly key: string; readonly held?: Version }
  | { readonly op: 'give'; readonly entries: readonly Entry[] }
  | { readonly op: 'digest'; readonly root: Uint8Array }
  | { readonly op: 'leaves'; readonly branches: readonly number[] }
  | { readonly op: 'list' | 'pull'; readonly leaves: readonly number[]; readonly cursor?: string }
  | { readonly op: 'fetch'; readonly keys: readonly string[] };

export type ReplicaOp = ReplicaQuestion['op'];

/** The question that asks for `Op`. */
export type QuestionOf<Op extends ReplicaOp> = ReplicaQuestion & { readonly op: Op };

/** A question, who asks it, and when, in wall-clock milliseconds. */
export type ReplicaRequest<Op extends ReplicaOp = ReplicaOp> = QuestionOf<Op> & {
  readonly from: string;
  readonly enclave: string;
  readonly sentMs: number;
};

/** What answers each question. */
interface Replies {
  /**
   * `entry` is there where it is newer than what the asker knows of. Otherwise `version` says what is held here, or has
   * expired here lately: one that is newer than the asker's and comes without its entry has expired.
   */
  readonly read: { readonly entry?: Entry; readonly version?: Version };
  readonly give: {
    /** How many of the entries given need not be given again: all but those there is no room for. */
    readonly taken: number;
    /** Newer versions of what was given, which have expired lately: what was given counts no more, on either side. */
    readonly expired?: readonly ExpiredKey[];
  };
  /** `branches` is there where the roots differ: the digests of all branches. */
  readonly digest: { readonly branches?: Uint8Array };
  /** The digests of the leaves of each branch asked for, in the order asked. */
  readonly leaves: { readonly leaves: Uint8Array };
  readonly list: { readonly items: readonly HeldKey[]; readonly cursor?: string };
  readonly fetch: { readonly entries: readonly Entry[] };
  readonly pull: { readonly entries: readonly Entry[]; readonly cursor?: string };
}

/** The answer to a question, without who gives it. */
export type ReplicaReply<Op extends ReplicaOp = ReplicaOp> = {
  [Each in Op]: { readonly op: Each } & Replies[Each];
}[Op];

/**
 * An answer, which process of which node gives it, and when, in wall-clock milliseconds: another may have come up at
 * the address that was asked.
 */
export type ReplicaAnswer<Op extends ReplicaOp = ReplicaOp> = ReplicaReply<Op> & {
  readonly from: string;
  readonly instance: string;
  readonly sentMs: number;
};
