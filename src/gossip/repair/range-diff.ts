import { DIGEST_BYTES, LEAVES_PER_BRANCH, sameDigest } from './key-space.js';

/** The leaves of some branches in which two replicas differ. */
export interface RangeDiff {
  /** Only the other holds something. */
  readonly lacking: readonly number[];
  /** Only this node holds something. */
  readonly surplus: readonly number[];
  /** Both hold something. */
  readonly differing: readonly number[];
}

/** The positions at which two rows of digests differ. */
export function differingPositions(own: Uint8Array, theirs: Uint8Array): readonly number[] {
  const positions: number[] = [];
  for (let at = 0; at * DIGEST_BYTES < own.length; at++) if (!sameDigest(own, theirs, at)) positions.push(at);
  return positions;
}

/**
 * Compares the leaves of `branches`: `theirs` are the digests of the other's, joined, `own` gives those of this node for
 * one branch.
 */
export function diffLeaves(branches: readonly number[], theirs: Uint8Array, own: Uint8Array): RangeDiff {
  const lacking: number[] = [];
  const surplus: number[] = [];
  const differing: number[] = [];
  const width = LEAVES_PER_BRANCH * DIGEST_BYTES;
  for (const [at, branch] of branches.entries()) {
    const ownLeaves = own.subarray(at * width, (at + 1) * width);
    const theirLeaves = theirs.subarray(at * width, (at + 1) * width);
    for (const position of differingPositions(ownLeaves, theirLeaves)) {
      const leaf = branch * LEAVES_PER_BRANCH + position;
      if (isEmpty(ownLeaves, position)) lacking.push(leaf);
      else if (isEmpty(theirLeaves, position)) surplus.push(leaf);
      else differing.push(leaf);
    }
  }
  return { lacking, surplus, differing };
}

function isEmpty(digests: Uint8Array, position: number): boolean {
  return digests.subarray(position * DIGEST_BYTES, (position + 1) * DIGEST_BYTES).every((byte) => byte === 0);
}
