import { type Rng, sample } from '../ports/rng.js';

/** Up to this many enclave peers, the origin of a write reaches all of them itself and nobody forwards (wire v1). */
export const FULL_FAN_OUT = 10;

/** How many of `peers` enclave peers a node sends a write to: all up to ten, ceil(sqrt(n)) above (wire v1). */
export function fanOutSize(peers: number): number {
  return peers <= FULL_FAN_OUT ? peers : Math.ceil(Math.sqrt(peers));
}

/** Whether first-time receivers of a write pass it on. */
export function forwards(peers: number): boolean {
  return peers > FULL_FAN_OUT;
}

/** The peers to send a write to: every one, or a random sample of `fanOutSize`. */
export function fanOut<T>(rng: Rng, peers: readonly T[]): readonly T[] {
  return forwards(peers.length) ? sample(rng, peers, fanOutSize(peers.length)) : peers;
}
