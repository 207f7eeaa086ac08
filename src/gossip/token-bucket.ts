/** What a bucket holds, and when it was filled last. */
export interface TokenBucket {
  tokens: number;
  /** Monotonic time. */
  filledMs: number;
}

export interface TokenLimit {
  readonly perSecond: number;
  /** At least 1, or nothing ever gets through. */
  readonly burst: number;
}

export function fullBucket({ burst }: TokenLimit, nowMs: number): TokenBucket {
  return { tokens: burst, filledMs: nowMs };
}

/** Fills the bucket by the time that has passed, and takes one token; whether there was one. */
export function takeToken(bucket: TokenBucket, { perSecond, burst }: TokenLimit, nowMs: number): boolean {
  bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.filledMs) * perSecond) / 1000);
  bucket.filledMs = nowMs;
  if (bucket.tokens < 1) return false;
  bucket.tokens--;
  return true;
}
