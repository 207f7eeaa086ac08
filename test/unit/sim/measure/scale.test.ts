import { describe, expect, it } from 'vitest';
import { logScale, scaleOf } from '../../../sim/measure/plot/scale.js';

describe('logScale', () => {
  it.each([
    ['within one decade', [620, 740], [500, 1000]],
    ['over one decade', [1500, 10_000], [1000, 2000, 5000, 10_000]],
    ['over many decades', [1.3, 1_000_000], [1, 10, 100, 1000, 10_000, 100_000, 1_000_000]],
    ['on ticks exactly', [2, 20], [2, 5, 10, 20]],
    ['below one', [0.003, 0.04], [0.002, 0.005, 0.01, 0.02, 0.05]],
  ])('has round ticks that hold the values, %s', (_, values, ticks) => {
    expect(logScale(values, 0, 100).ticks).toEqual(ticks);
  });

  it('has room for a single value', () => {
    const { at, ticks } = logScale([10], 0, 100);
    expect(ticks).toEqual([10, 20]);
    expect(at(10)).toBe(0);
  });

  it('puts equal ratios at equal distances, upwards where the end is above', () => {
    const { at } = logScale([1, 100], 300, 100);
    expect([at(1), at(10), at(100)]).toEqual([300, 200, 100]);
  });
});

it('scaleOf has a tick at each value, and centres a single one', () => {
  expect(scaleOf([3, 10, 30], 0, 1).ticks).toEqual([3, 10, 30]);
  expect(scaleOf([10], 0, 100).at(10)).toBe(50);
});
