import { describe, expect, it } from 'vitest';
import { codes, read, version, write } from './operations.js';

describe('a read by itself', () => {
  it('of a value that nobody wrote is found', () => {
    expect(codes([write('v', [0, 1]), read('w', [2, 3])])).toEqual(['unwritten']);
    expect(codes([write('v', [0, 1]), read('v', [2, 3])])).toEqual([]);
  });

  it('of a value that was written to another key is found', () => {
    expect(codes([write('v', [0, 1], { key: 'other' }), read('v', [2, 3])])).toEqual(['unwritten']);
  });

  it('of the empty value is a read of a value', () => {
    expect(codes([read('', [2, 3])])).toEqual(['unwritten']);
    expect(codes([write('', [0, 1]), read('', [2, 3])])).toEqual([]);
  });

  it('of a refused write is found, also while it ran', () => {
    const refused = write('v', [0, 10], { outcome: 'refused' });
    expect(codes([refused, read('v', [11, 12])])).toEqual(['refused']);
    expect(codes([refused, read('v', [5, 6])])).toEqual(['refused']);
    expect(codes([refused, read(undefined, [11, 12])])).toEqual([]);
  });

  it('of a write that had not begun is found; one that had may be read before it ends', () => {
    expect(codes([write('v', [10, 20]), read('v', [5, 9])])).toEqual(['premature']);
    expect(codes([write('v', [10, 20]), read('v', [5, 10])])).toEqual([]);
    expect(codes([write('v', [10, 20]), read('v', [11, 12])])).toEqual([]);
  });

  it('of a write without an answer is legal, and so is not to see it', () => {
    const unanswered = write('v', [0], { outcome: 'unknown' });
    expect(codes([unanswered, read('v', [1, 2])])).toEqual([]);
    expect(codes([unanswered, read(undefined, [1, 2])])).toEqual([]);
    expect(codes([unanswered, read(undefined, [1, 2]), read('v', [50_000, 50_001])])).toEqual([]);
  });

  it('that begins at the exact expiry is found, a millisecond before is not', () => {
    const exact = write('v', [0, 5], { expiresAtMs: 10_002 });
    expect(codes([exact, read('v', [10_001, 10_100])])).toEqual([]);
    expect(codes([exact, read('v', [10_002, 10_100])])).toEqual(['expired']);
  });

  it('that begins at the latest possible expiry is found, where the exact one is not known', () => {
    expect(codes([write('v', [0, 5]), read('v', [10_004, 10_004])])).toEqual([]);
    expect(codes([write('v', [0, 5]), read('v', [10_005, 10_005])])).toEqual(['expired']);
  });

  it('bounds the expiry of a write without an answer by the first read of it', () => {
    const unanswered = write('v', [0], { outcome: 'unknown' });
    expect(codes([unanswered, read('v', [2, 3]), read('v', [10_002, 10_003])])).toEqual([]);
    expect(codes([unanswered, read('v', [2, 3]), read('v', [10_003, 10_004])])).toEqual(['expired']);
  });

  it('at a node whose clock is behind may show the value so much longer, and no more', () => {
    const exact = write('v', [0, 5], { expiresAtMs: 10_000 });
    expect(codes([exact, read('v', [10_099, 10_100])], { skewMs: 100 })).toEqual([]);
    expect(codes([exact, read('v', [10_100, 10_101])], { skewMs: 100 })).toEqual(['expired']);
  });

  it('at a node that is not named as skewed has no such grace', () => {
    const exact = write('v', [0, 5], { expiresAtMs: 10_000 });
    const skewMs = { b: 100 };
    expect(codes([exact, read('v', [10_000, 10_001], { node: 'b' })], { skewMs })).toEqual([]);
    expect(codes([exact, read('v', [10_000, 10_001])], { skewMs })).toEqual(['expired']);
  });

  it('takes the expiry as told, not from the version, which a clock that is wrong may have given', () => {
    const ahead = write('v', [0, 5], { ...version(30_000), expiresAtMs: 40_000 });
    expect(codes([ahead, read('v', [39_999, 39_999])])).toEqual([]);
  });
});
