import type { Rng } from './ports/rng.js';

/** Bounds of an exponential backoff, in milliseconds. */
export interface BackoffOptions {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * The pause before attempt `attempt` (0 = the first repetition): half of `base * 2^attempt`, capped, and a random share
 * of the other half ("equal jitter", Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog 2015), in
 * milliseconds.
 */
export function backoffMs(rng: Rng, attempt: number, options: BackoffOptions): number {
  const fullMs = ceilingMs(attempt, options);
  return fullMs / 2 + (rng.next() * fullMs) / 2;
}

/**
 * As `backoffMs`, drawn from all of `base * 2^attempt`, capped ("full jitter", ibid.): what many nodes lost at the same
 * moment, they do not all try again at another one.
 */
export function fullJitterMs(rng: Rng, attempt: number, options: BackoffOptions): number {
  return rng.next() * ceilingMs(attempt, options);
}

/** The longest pause before attempt `attempt`, in milliseconds: `base * 2^attempt`, capped. */
export function ceilingMs(attempt: number, { baseMs, capMs }: BackoffOptions): number {
  return Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30));
}
