import { describe, expect, it } from 'vitest';
import { checkHistory } from '../../../support/history/checker.js';
import type { Operation } from '../../../support/history/operation.js';
import { reportViolations } from '../../../support/history/report.js';
import { codes, read, write } from './operations.js';

describe('checkHistory', () => {
  it('finds nothing in nothing', () => {
    expect(checkHistory([])).toEqual([]);
  });

  it('does not depend on the order in which operations were recorded', () => {
    const history = [write('old', [0, 1]), write('new', [2, 3]), read('new', [4, 5]), read('old', [6, 7])];
    expect(codes(history)).toEqual(['own-write-missed']);
    expect(codes(history.toReversed())).toEqual(['own-write-missed']);
  });

  it('refuses a history in which a value does not tell its write', () => {
    expect(() => checkHistory([write('v', [0, 1]), write('v', [2, 3])])).toThrow(
      new RangeError('key "k": two writes carry the value "v"'),
    );
  });

  it('leaves the history as it was', () => {
    const history = Object.freeze([read('v', [4, 5]), read('v', [2, 3]), write('v', [0, 1])]);
    expect(checkHistory(history)).toEqual([]);
  });

  it('names key, node, operations and times', () => {
    const own = write('v', [0, 5], { version: { ms: 1, logical: 2, origin: 'a' } });
    const empty = read(undefined, [10, 12]);
    expect(checkHistory([own, empty])).toEqual([
      {
        code: 'lost',
        key: 'k',
        node: 'a',
        message:
          'key "k": the read of nothing at a, process 1, 10 to 12 ms came after the write of "v" at a, 0 to 5 ms, quorum, ' +
          'version 1.2.a, and neither that value, which expires at 10000 ms at the earliest, nor one that may be newer can have expired',
        operations: [empty, own],
      },
    ]);
  });

  it('takes a hundred thousand operations under one key, all of which overlap the next', () => {
    const history: Operation[] = [];
    for (let i = 0; i < 50_000; i++) {
      history.push(write(`v${i}`, [2 * i, 2 * i + 3], { ttlSeconds: 1000 }), read(`v${i}`, [2 * i + 1, 2 * i + 4]));
    }
    const startedMs = performance.now();
    expect(codes(history)).toEqual([]);
    expect(performance.now() - startedMs).toBeLessThan(5000);
    expect(codes([...history, read('v49990', [200_000, 200_001])])).toEqual(['own-write-missed']);
  });
});

describe('reportViolations', () => {
  it('is empty where there is nothing to report', () => {
    expect(reportViolations([])).toBe('');
  });

  it('lists twenty in order of time, and counts the rest', () => {
    const history = Array.from({ length: 22 }, (_, i) => read('x', [100 - i, 101 - i]));
    const lines = reportViolations(checkHistory(history)).split('\n');
    expect(lines).toHaveLength(21);
    expect(lines[0]).toBe(
      '[unwritten] key "k": the read of "x" at a, process 1, 79 to 80 ms returned a value that nobody wrote to the key',
    );
    expect(lines[20]).toBe('and 2 more');
  });
});
