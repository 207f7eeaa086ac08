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

/** Negative, zero or positive as `a` is older than, equal to or newer than `b`. */
export function compareVersions(a: Version, b: Version): number {
  if (a.ms !== b.ms) return a.ms - b.ms;
  if (a.logical !== b.logical) return a.logical - b.logical;
  if (a.origin === b.origin) return 0;
  return a.origin < b.origin ? -1 : 1;
}
