import { describe, expect, it } from 'vitest';
import { forkSeed } from '../../../sim/world/seeds.js';

describe('forkSeed', () => {
  it('is FNV-1a with 32 bits, by value', () => {
    // "1 a": 0x811c9dc5, then for each byte: xor it, times 0x01000193.
    let hash = 0x811c9dc5n;
    for (const byte of [0x31n, 0x20n, 0x61n]) hash = ((hash ^ byte) * 0x01000193n) % 2n ** 32n;
    expect(forkSeed(1, 'a')).toBe(Number(hash));
  });

  it('gives every purpose of a thousand runs a seed of its own', () => {
    const purposes = ['network', 'node n1 1', 'node n2 2', 'workload', ''];
    const seeds = Array.from({ length: 1000 }, (_, seed) => purposes.map((purpose) => forkSeed(seed, purpose))).flat();
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)).toBe(true);
    expect(new Set(seeds).size).toBeGreaterThanOrEqual(seeds.length - 1);
  });

  it('tells the seed from the purpose', () => {
    expect(forkSeed(1, '2 a')).not.toBe(forkSeed(12, 'a'));
    expect(forkSeed(1, 'a')).not.toBe(forkSeed(2, 'a'));
  });
});
