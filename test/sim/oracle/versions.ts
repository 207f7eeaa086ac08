import type { Version } from '../../../src/gossip/version.js';

/**
 * Negative, zero or positive as `a` is older than, equal to or newer than `b`. Written out here, not taken from the node: an
 * oracle must not inherit an error of what it judges.
 */
export function compare(a: Version, b: Version): number {
  if (a.ms !== b.ms) return a.ms - b.ms;
  if (a.logical !== b.logical) return a.logical - b.logical;
  if (a.origin === b.origin) return 0;
  return a.origin < b.origin ? -1 : 1;
}
