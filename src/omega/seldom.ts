import type { Clock } from '../gossip/ports/clock.js';

/** `act` no more often than every `ms`, and not before that much time from now: what comes sooner is left out. */
export function seldom(clock: Clock, ms: number, act: () => void): () => void {
  let actedMs = clock.monotonicMs();
  return () => {
    if (clock.monotonicMs() - actedMs < ms) return;
    actedMs = clock.monotonicMs();
    act();
  };
}
