import { getRandomValues } from 'node:crypto';
import type { Rng } from '../../gossip/ports/rng.js';

const pool = new Uint32Array(256);
let used = pool.length;

/** Uniform numbers from the platform's cryptographic generator, drawn in batches. */
export const systemRng: Rng = {
  next(): number {
    if (used === pool.length) {
      getRandomValues(pool);
      used = 0;
    }
    return (pool[used++] as number) / 2 ** 32;
  },
};
