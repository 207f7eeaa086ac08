import type { Rng } from '../../../src/gossip/ports/rng.js';

/**
 * How long a message is on its way, in milliseconds.
 *
 * - `uniform`: anything between the two equally.
 * - `long-tail`: log-normal around the median; with `sigma` 1, one in a hundred takes ten times as long.
 */
export type Delay =
  | { readonly kind: 'uniform'; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: 'long-tail'; readonly medianMs: number; readonly sigma: number };

/**
 * What becomes of what is sent on a path.
 *
 * - `open`: it arrives.
 * - `silent`: it vanishes, as on a half-open connection or behind a firewall that drops.
 * - `refused`: the far end seems not to listen; a connection that is open breaks.
 * - `reset`: the connection is made, and breaks before anything arrives.
 *
 * Where only the way back is `refused` or `reset`, the request arrives and the connection breaks under its answer.
 */
export type Path = 'open' | 'silent' | 'refused' | 'reset';

/** What one direction of a link does to the messages on it. Probabilities are for each message. */
export interface Conditions {
  readonly path: Path;
  readonly delay: Delay;
  /** Probability that a message vanishes, be it a request or an answer. */
  readonly loss: number;
  /** Probability that a request arrives twice, the second time after another delay. */
  readonly duplication: number;
  /** Probability that one bit of the body of a message is changed. */
  readonly corruption: number;
  /** Probability that the far end answers 429 instead of taking a request. */
  readonly busy: number;
  readonly bytesPerSecond: number;
}

/** A sound local network. */
export const SOUND: Conditions = {
  path: 'open',
  delay: { kind: 'uniform', minMs: 0.2, maxMs: 2 },
  loss: 0,
  duplication: 0,
  corruption: 0,
  busy: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
};

/** Draws one delay, in milliseconds. At most a minute: a tail has to end somewhere. */
export function drawDelayMs(rng: Rng, delay: Delay): number {
  if (delay.kind === 'uniform') return delay.minMs + rng.next() * (delay.maxMs - delay.minMs);
  return Math.min(60_000, delay.medianMs * Math.exp(delay.sigma * standardNormal(rng)));
}

/** Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958. */
function standardNormal(rng: Rng): number {
  const radius = Math.sqrt(-2 * Math.log(1 - rng.next()));
  return radius * Math.cos(2 * Math.PI * rng.next());
}
