import type { WriteVersion } from './operation.js';

/**
 * Negative, zero or positive as `a` is older than, equal to or newer than `b`. Written out here, not taken from the
 * node: what judges the node must not inherit its errors.
 */
export function compareVersions(a: WriteVersion, b: WriteVersion): number {
  if (a.ms !== b.ms) return a.ms - b.ms;
  if (a.logical !== b.logical) return a.logical - b.logical;
  if (a.origin === b.origin) return 0;
  return a.origin < b.origin ? -1 : 1;
}
