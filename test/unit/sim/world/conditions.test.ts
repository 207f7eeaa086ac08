import { describe, expect, it } from 'vitest';
import { type Delay, drawDelayMs } from '../../../sim/world/conditions.js';
import { SeededRng } from '../../../support/ports.js';

const DRAWS = 20_000;

function draws(delay: Delay, seed = 1): number[] {
  const rng = new SeededRng(seed);
  return Array.from({ length: DRAWS }, () => drawDelayMs(rng, delay)).sort((a, b) => a - b);
}

const quantile = (sorted: readonly number[], share: number): number => sorted[Math.floor(share * sorted.length)] ?? 0;

describe('a uniform delay', () => {
  const sorted = draws({ kind: 'uniform', minMs: 5, maxMs: 25 });

  it('lies between its bounds', () => {
    expect(sorted[0]).toBeGreaterThanOrEqual(5);
    expect(sorted.at(-1)).toBeLessThan(25);
  });

  it.each([0.01, 0.25, 0.5, 0.75, 0.99])('has its quantile %s where it has to be', (share) => {
    expect(Math.abs(quantile(sorted, share) - (5 + share * 20))).toBeLessThan(0.5);
  });

  it('may be no range at all', () => {
    expect(new Set(draws({ kind: 'uniform', minMs: 3, maxMs: 3 }))).toEqual(new Set([3]));
  });
});

describe('a delay with a long tail', () => {
  const sorted = draws({ kind: 'long-tail', medianMs: 10, sigma: 1 });

  // exp(z) of the standard normal quantiles z.
  it.each([
    [0.1, 2.776],
    [0.5, 10],
    [0.9, 36.02],
    [0.99, 102.4],
  ])('has its quantile %s at %s ms', (share, expectedMs) => {
    expect(quantile(sorted, share) / expectedMs).toBeGreaterThan(0.9);
    expect(quantile(sorted, share) / expectedMs).toBeLessThan(1.1);
  });

  it('is above nothing, and a minute at most', () => {
    const wild = draws({ kind: 'long-tail', medianMs: 1000, sigma: 4 });
    expect(wild[0]).toBeGreaterThan(0);
    expect(wild.at(-1)).toBe(60_000);
  });
});

describe('delays', () => {
  it.each<Delay>([
    { kind: 'uniform', minMs: 1, maxMs: 2 },
    { kind: 'long-tail', medianMs: 1, sigma: 1 },
  ])('of $kind follow from the seed alone', (delay) => {
    expect(draws(delay, 7)).toEqual(draws(delay, 7));
    expect(draws(delay, 7)).not.toEqual(draws(delay, 8));
  });
});
