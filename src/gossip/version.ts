/**
 * The version of an entry: a hybrid logical clock reading (Kulkarni et al., "Logical Physical Clocks", OPODIS 2014) and
 * the node that took it. The higher version wins everywhere, so replicas that saw the same writes hold the same bytes.
 */
export interface Version {
  /** Wall-clock milliseconds since the Unix epoch. */
  readonly ms: number;
  /** Orders versions of the same millisecond. */
  readonly logical: number;
  /** Id of the node the write entered the cluster by; breaks the last tie, by code unit. */
  readonly origin: string;
}

/** Largest logical part: what a signed 32-bit integer holds. */
export const MAX_LOGICAL = 2_147_483_647;

/** The least reading above `version`. */
export function readingAfter(version: Pick<Version, 'ms' | 'logical'>): Pick<Version, 'ms' | 'logical'> {
  const { ms, logical } = version;
  return logical < MAX_LOGICAL ? { ms, logical: logical + 1 } : { ms: ms + 1, logical: 0 };
}

/** Negative, zero or positive as `a` is older than, equal to or newer than `b`. */
export function compareVersions(a: Version, b: Version): number {
  if (a.ms !== b.ms) return a.ms - b.ms;
  if (a.logical !== b.logical) return a.logical - b.logical;
  if (a.origin === b.origin) return 0;
  return a.origin < b.origin ? -1 : 1;
}
