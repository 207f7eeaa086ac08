import { ceilingMs } from '../gossip/backoff.js';
import type { Rng } from '../gossip/ports/rng.js';

/** Least time between two refreshes that went well, in milliseconds: what is left of a list shrinks without end. */
export const MIN_PAUSE_MS = 5000;
/** Longest time between two, in milliseconds: no platform's timer runs for longer than 2^31 - 1. */
export const MAX_PAUSE_MS: number = 24 * 24 * 60 * 60 * 1000;

const RETRY = { baseMs: 30_000, capMs: 10 * 60 * 1000 } as const;

/** The pause after a refresh that went well, in milliseconds: 90 % of what is left of the list, give or take 10 %. */
export function refreshPauseMs(rng: Rng, leftMs: number): number {
  const pauseMs = leftMs * 0.9 * (0.9 + 0.2 * rng.next());
  return Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, pauseMs));
}

/**
 * The pause after the `failures`th refresh in a row that failed, in milliseconds: 30 s, doubling to 10 min, and up to a
 * tenth less, so that nodes that failed together do not ask together.
 */
export function retryPauseMs(rng: Rng, failures: number): number {
  return ceilingMs(failures - 1, RETRY) * (1 - 0.1 * rng.next());
}
