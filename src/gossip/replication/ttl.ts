/** The TTLs a node keeps values for, in seconds. */
export interface TtlRange {
  readonly minSeconds: number;
  readonly maxSeconds: number;
}

/** `ttlSeconds` held within the range: what every way in does to a TTL. */
export function clampTtl(ttlSeconds: number, range: TtlRange): number {
  return Math.min(range.maxSeconds, Math.max(range.minSeconds, ttlSeconds));
}
