import type { Version } from '../version.js';

/** A write that a member did not take. The value itself is in the store, or has been superseded there. */
export interface Hint {
  readonly key: string;
  readonly version: Version;
  readonly expiresAtMs: number;
}
