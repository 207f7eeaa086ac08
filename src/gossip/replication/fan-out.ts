import type { Member } from '../membership/member.js';
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

/**
 * The peers to send a write to: every one of `candidates`, or a random sample as large as the rule wants it for
 * `peers`. `candidates` are those of `peers` that do not have the write already.
 */
export function fanOut<T>(rng: Rng, peers: readonly T[], candidates: readonly T[] = peers): readonly T[] {
  return forwards(peers.length) ? sample(rng, candidates, fanOutSize(peers.length)) : candidates;
}

/**
 * Whom of the enclave a write is sent to. Members that have not proved to be there are sent it too, unless a probe of
 * them has failed, but never in the place of a proven one: however many nodes are rumoured, a sample of members stays
 * one.
 *
 * @param origin the node that has the write already; it counts as a peer, and is left out
 */
export function writeTargets(rng: Rng, enclave: readonly Member[], origin?: string): readonly Member[] {
  const lacksIt = (member: Member) => member.id !== origin;
  const proven = enclave.filter((member) => member.proven);
  const fresh = enclave.filter((member) => !member.proven && member.strikes === 0);
  return [...fanOut(rng, proven, proven.filter(lacksIt)), ...fanOut(rng, fresh, fresh.filter(lacksIt))];
}
