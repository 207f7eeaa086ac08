import type { Member } from '../membership/member.js';
import type { Version } from '../version.js';

/** A write that a member did not take. The value itself is in the store, or has been superseded there. */
export interface Hint {
  readonly key: string;
  readonly version: Version;
  readonly expiresAtMs: number;
}

/** Takes note of writes that members did not take. */
export interface MissedWrites {
  add(member: Member, hint: Hint): void;
  /** The member took it after all. */
  settle(member: Member, hint: Hint): void;
}
