import { describe, expect, it } from 'vitest';
import { codes, read, version, write } from './operations.js';

const other = { node: 'b', instance: '1' };

describe('reads at one process', () => {
  it('that go back to a value written earlier in real time are found', () => {
    const writes = [write('old', [0, 1], other), write('new', [2, 3], other)];
    expect(codes([...writes, read('new', [4, 5]), read('old', [6, 7])])).toEqual(['went-back']);
    expect(codes([...writes, read('old', [4, 5]), read('new', [6, 7])])).toEqual([]);
  });

  it('that go back a minute after the newer value had expired are legal: nobody remembers it any more', () => {
    const writes = [
      write('old', [0, 1], { ...other, ttlSeconds: 600 }),
      write('new', [2, 3], { ...other, ttlSeconds: 5 }),
    ];
    const later = (ms: number) => [...writes, read('new', [4, 5]), read('old', [ms, ms + 1])];
    expect(codes(later(64_000))).toEqual(['went-back']);
    expect(codes(later(65_003))).toEqual([]);
  });

  it('at different processes, or at one before and after a restart, claim nothing about each other', () => {
    const writes = [write('old', [0, 1], other), write('new', [2, 3], other)];
    expect(codes([...writes, read('new', [4, 5]), read('old', [6, 7], { node: 'c' })])).toEqual([]);
    expect(codes([...writes, read('new', [4, 5]), read('old', [6, 7], { instance: '2' })])).toEqual([]);
  });

  it('under different keys claim nothing about each other', () => {
    const writes = [write('old', [0, 1], { ...other, key: 'k2' }), write('new', [2, 3], other)];
    expect(codes([...writes, read('new', [4, 5]), read('old', [6, 7], { key: 'k2' })])).toEqual([]);
  });

  it('that overlap, if only by a millisecond, may come in either order', () => {
    const writes = [write('old', [0, 1], other), write('new', [2, 3], other)];
    expect(codes([...writes, read('new', [4, 6]), read('old', [5, 7])])).toEqual([]);
    expect(codes([...writes, read('new', [4, 6]), read('old', [6, 7])])).toEqual([]);
  });

  it('of concurrent writes may come in either order, and not in turn', () => {
    const writes = [write('x', [0, 10], other), write('y', [5, 15], { ...other, node: 'c' })];
    expect(codes([...writes, read('x', [20, 21]), read('y', [22, 23])])).toEqual([]);
    expect(codes([...writes, read('y', [20, 21]), read('x', [22, 23])])).toEqual([]);
    expect(codes([...writes, read('x', [20, 21]), read('y', [22, 23]), read('x', [24, 25])])).toEqual(['went-back']);
  });

  it('are judged by the one in between that began last, be it not the one that ended last', () => {
    const writes = [write('x', [0, 1], other), write('y', [0, 3], { ...other, node: 'c' })];
    const between = [read('y', [3, 4]), read('x', [4, 7]), read(undefined, [1, 8])];
    expect(codes([...writes, read('x', [0, 1]), ...between])).toEqual([]);
    expect(codes([...writes, read('x', [0, 1]), ...between, read('x', [9, 10])])).toEqual(['went-back']);
  });

  it('of writes that follow each other within a millisecond may come in either order', () => {
    const writes = [write('x', [0.1, 0.3], other), write('y', [0.6, 0.8], { ...other, node: 'c' })];
    expect(codes([...writes, read('y', [2, 3]), read('x', [4, 5])])).toEqual([]);
  });

  it('of writes in different milliseconds may come in one order only', () => {
    const writes = [write('x', [0.1, 0.9], other), write('y', [1, 1.1], { ...other, node: 'c' })];
    expect(codes([...writes, read('y', [2, 3]), read('x', [4, 5])])).toEqual(['went-back']);
  });

  it('of writes without versions may come in either order where clocks are further apart than the writes', () => {
    const writes = [write('x', [0, 1], other), write('y', [150, 151], { ...other, node: 'c' })];
    const history = [...writes, read('y', [200, 201]), read('x', [202, 203])];
    expect(codes(history, { skewMs: 100 })).toEqual([]);
    expect(codes(history, { skewMs: 50 })).toEqual(['went-back']);
  });

  it('follow versions and not real time where versions are known', () => {
    const ahead = write('ahead', [0, 1], { ...other, ...version(500) });
    const later = write('later', [2, 3], { node: 'c', ...version(3) });
    expect(codes([ahead, later, read('later', [4, 5]), read('ahead', [6, 7])])).toEqual([]);
    expect(codes([ahead, later, read('ahead', [4, 5]), read('later', [6, 7])])).toEqual(['went-back']);
  });

  it('break ties of versions by logical time, then by origin', () => {
    const stamp = (logical: number, origin: string) => ({ ...other, version: { ms: 1, logical, origin } });
    const writes = [
      write('x', [0, 9], stamp(0, 'z')),
      write('y', [0, 9], stamp(1, 'b')),
      write('z', [0, 9], stamp(1, 'c')),
    ];
    expect(codes([...writes, read('x', [10, 11]), read('y', [12, 13]), read('z', [14, 15])])).toEqual([]);
    expect(codes([...writes, read('y', [10, 11]), read('x', [12, 13])])).toEqual(['went-back']);
    expect(codes([...writes, read('z', [10, 11]), read('y', [12, 13])])).toEqual(['went-back']);
  });

  it('of a write without an answer that took effect late are legal', () => {
    const late = write('late', [0], { ...other, outcome: 'unknown' });
    const next = write('next', [5, 6], { ...other, node: 'c' });
    expect(codes([late, next, read('next', [7, 8]), read('late', [9, 10])])).toEqual([]);
    const reads = [read('late', [7, 8]), read('next', [9, 10]), read('late', [11, 12])];
    expect(codes([late, next, ...reads])).toEqual(['went-back']);
  });

  it('order a write without an answer by the first read of it', () => {
    const early = write('early', [0], { ...other, outcome: 'unknown' });
    const seen = read('early', [1, 2], { node: 'd' });
    const next = write('next', [5, 6], { ...other, node: 'c' });
    expect(codes([early, seen, next, read('next', [7, 8]), read('early', [9, 10])])).toEqual(['went-back']);
  });

  it('judge a write of unknown version beside known ones as newer or older', () => {
    const known = write('known', [0, 1], { ...other, ...version(1) });
    const unstamped = write('unstamped', [3], { ...other, outcome: 'unknown' });
    expect(codes([known, unstamped, read('unstamped', [4, 5]), read('known', [6, 7])])).toEqual([]);
  });
});

describe('a value that is gone at a process', () => {
  const short = { ...other, ttlSeconds: 1 };

  it('and comes back is found, whatever the bounds of its expiry allow', () => {
    const slow = write('v', [0, 500], short);
    expect(codes([slow, read('v', [600, 601]), read(undefined, [1100, 1101])])).toEqual([]);
    const back = [read('v', [600, 601]), read(undefined, [1100, 1101]), read('v', [1200, 1201])];
    expect(codes([slow, ...back])).toEqual(['resurrected']);
  });

  it('may come back where the clock of the node may have been set back, and only by as much', () => {
    const exact = write('v', [0, 1], { ...short, expiresAtMs: 1000 });
    const back = [read('v', [500, 501]), read(undefined, [1010, 1011]), read('v', [1020, 1021])];
    expect(codes([exact, ...back], { skewMs: 100 })).toEqual([]);
    expect(codes([exact, ...back], { skewMs: { b: 100 } })).toEqual(['expired', 'resurrected']);
    expect(codes([exact, ...back], { skewMs: 15 })).toEqual(['expired']);
  });

  it('does not give way to the older one that it superseded there', () => {
    const long = write('long', [0, 1], other);
    const newer = write('newer', [2, 3], { ...short, expiresAtMs: 1002 });
    const seen = [read('long', [1.5, 1.6]), read('newer', [4, 5]), read(undefined, [1010, 1011])];
    expect(codes([long, newer, ...seen])).toEqual([]);
    expect(codes([long, newer, ...seen, read('long', [1012, 1013])])).toEqual(['went-back']);
    expect(codes([long, newer, read('newer', [4, 5]), read('long', [1012, 1013])])).toEqual(['went-back']);
  });

  it('was superseded by a value that nobody saw there: the older one does not come back', () => {
    const long = write('long', [0, 10], other);
    const unseen = write('unseen', [5, 15], { ...short, node: 'c' });
    const history = [long, unseen, read('long', [20, 21]), read(undefined, [1500, 1501])];
    expect(codes(history)).toEqual([]);
    expect(codes([...history, read('long', [1502, 1503])])).toEqual(['resurrected']);
  });

  it('may be followed by a newer one', () => {
    const writes = [write('v', [0, 1], short), write('next', [900, 901], other)];
    expect(codes([...writes, read('v', [5, 6]), read(undefined, [1001, 1002]), read('next', [1003, 1004])])).toEqual(
      [],
    );
  });
});

describe('what a process has acknowledged', () => {
  for (const outcome of ['quorum', 'pending'] as const) {
    it(`with ${outcome} is there before it can have expired, and need not be later`, () => {
      const own = write('own', [3, 5], { outcome });
      expect(codes([own, read('own', [6, 7])])).toEqual([]);
      expect(codes([own, read(undefined, [6, 7])])).toEqual(['lost']);
      expect(codes([own, read(undefined, [6, 10_002])])).toEqual(['lost']);
      expect(codes([own, read(undefined, [6, 10_003])])).toEqual([]);
    });
  }

  it('may be missing to the millisecond of its exact expiry, and to the skew of the clock', () => {
    const own = write('own', [3, 5], { expiresAtMs: 9000 });
    expect(codes([own, read(undefined, [8998, 8999])])).toEqual(['lost']);
    expect(codes([own, read(undefined, [8999, 9000])])).toEqual([]);
    expect(codes([own, read(undefined, [8899, 8900])], { skewMs: 100 })).toEqual([]);
    expect(codes([own, read(undefined, [8898, 8899])], { skewMs: 100 })).toEqual(['lost']);
  });

  it('is not replaced by an older value', () => {
    const old = write('old', [0, 1], other);
    const own = write('own', [2, 3]);
    expect(codes([old, own, read('old', [4, 5])])).toEqual(['own-write-missed']);
  });

  it('is newer than what the process had shown before, whatever real time leaves open', () => {
    const slow = write('slow', [0, 20], other);
    const own = write('own', [5, 8]);
    expect(codes([slow, own, read('slow', [10, 11])])).toEqual([]);
    expect(codes([slow, read('slow', [1, 2]), own, read('slow', [10, 11])])).toEqual(['own-write-missed']);
  });

  it('may be replaced by a newer or a concurrent value', () => {
    const own = write('own', [2, 3]);
    expect(codes([own, write('new', [5, 6], other), read('new', [7, 8])])).toEqual([]);
    expect(codes([own, write('beside', [1, 9], other), read('beside', [7, 8])])).toEqual([]);
  });

  it('may be missing because a newer value replaced it and expired', () => {
    const own = write('own', [0, 1]);
    const newer = write('newer', [2, 3], { ...other, ttlSeconds: 1 });
    expect(codes([own, newer, read(undefined, [1002, 1003])])).toEqual([]);
    expect(codes([own, newer, read(undefined, [1000, 1001])])).toEqual(['lost']);
  });

  it('is not missing because an older value expired', () => {
    const older = write('older', [0, 1], { ...other, ttlSeconds: 1 });
    const own = write('own', [2, 3]);
    expect(codes([older, own, read(undefined, [1500, 1501])])).toEqual(['lost']);
  });

  it('may be missing in a read that overlaps the write, at another node, or after a restart', () => {
    const own = write('own', [2, 5]);
    expect(codes([own, read(undefined, [5, 6])])).toEqual([]);
    expect(codes([own, read(undefined, [6, 7], other)])).toEqual([]);
    expect(codes([own, read(undefined, [6, 7], { instance: '2' })])).toEqual([]);
  });

  it('may be missing where the client cannot tell which process took it, or whether it was taken', () => {
    expect(codes([write('own', [2, 5], { instance: undefined }), read(undefined, [6, 7])])).toEqual([]);
    expect(codes([write('own', [2, 5], { outcome: 'unknown' }), read(undefined, [6, 7])])).toEqual([]);
  });
});

describe('what a process has served', () => {
  it('does not vanish before it can have expired', () => {
    const v = write('v', [0, 1], other);
    expect(codes([v, read('v', [2, 3]), read(undefined, [4, 5])])).toEqual(['lost']);
    expect(codes([v, read('v', [2, 3]), read(undefined, [4, 10_000])])).toEqual([]);
  });

  it('claims nothing where it could not be there in the first place', () => {
    const refused = write('v', [0, 1], { outcome: 'refused' });
    expect(codes([refused, read('v', [2, 3]), read(undefined, [4, 5])])).toEqual(['refused']);
  });
});
