import { randomInt } from 'node:crypto';

/** Seeds are whole numbers of 32 bits. */
export const MAX_SEED = 0xffff_ffff;

/** A seed nobody has chosen. */
export function freshSeed(): number {
  return randomInt(MAX_SEED + 1);
}

/** The seed `index` after another; after the last comes the first. */
export function seedAfter(seed: number, index: number): number {
  return (seed + index) % (MAX_SEED + 1);
}
