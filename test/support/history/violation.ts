import type { Operation } from './operation.js';

export const VIOLATION_CODES = [
  /** A value that no write of the key carries. */
  'unwritten',
  /** A value whose write was refused. */
  'refused',
  /** A value read before its write began. */
  'premature',
  /** A value read when its time was over. */
  'expired',
  /** A process served an older value than before. */
  'went-back',
  /** A process served a value again after it had none. */
  'resurrected',
  /** A process served an older value than it had acknowledged. */
  'own-write-missed',
  /** A process had nothing although what it had served or acknowledged cannot have expired. */
  'lost',
  /** At rest, a node served a value that an acknowledged write had superseded. */
  'stale-at-rest',
  /** At rest, a node had nothing although an acknowledged write cannot have expired. */
  'missing-at-rest',
  /** At rest, two nodes answered differently. */
  'diverged',
] as const;

export type ViolationCode = (typeof VIOLATION_CODES)[number];

export interface Violation {
  readonly code: ViolationCode;
  readonly key: string;
  /** Where the read was made that shows it. */
  readonly node: string;
  /** One sentence with the key, the nodes, the operations and their times. */
  readonly message: string;
  /** The read that shows it, then what it contradicts. */
  readonly operations: readonly Operation[];
}
