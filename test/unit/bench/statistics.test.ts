import { describe, expect, it } from 'vitest';
import { median, percentile, summarise } from '../../../bench/statistics.js';

describe('median', () => {
  it('orders numbers, not their texts', () => {
    expect(median([10, 9, 100])).toBe(10);
  });

  it('takes the mean of the middle two of an even number', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('leaves the values in the order they came', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('is no number of nothing', () => {
    expect(median([])).toBeNaN();
  });
});

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

  it('is the value of the nearest rank, never one in between', () => {
    expect(percentile(hundred, 50)).toBe(50);
    expect(percentile(hundred, 99)).toBe(99);
    expect(percentile([1, 2, 3], 50)).toBe(2);
  });

  it('reaches the largest value and no further', () => {
    expect(percentile(hundred, 100)).toBe(100);
    expect(percentile([1, 2], 99)).toBe(2);
  });

  it('reads arrays of bytes and floats as it reads lists', () => {
    expect(percentile(Float64Array.of(0.5, 1.5), 99)).toBe(1.5);
  });

  it('is no number of nothing', () => {
    expect(percentile([], 99)).toBeNaN();
  });
});

describe('summarise', () => {
  it('gives the range beside the median', () => {
    expect(summarise([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  });

  it('says that nothing was measured instead of inventing a zero', () => {
    expect(summarise([])).toBeUndefined();
  });
});
