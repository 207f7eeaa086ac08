import { describe, expect, it } from 'vitest';
import { ExpiryIndex } from '../../../../src/node/store/expiry-index.js';
import { StoredEntry } from '../../../../src/node/store/stored-entry.js';
import { entry } from '../../../support/entries.js';

const expiring = (expiresAtMs: number): StoredEntry => new StoredEntry(entry(0, { expiresAtMs }), 'k');

function drain(index: ExpiryIndex, nowMs: number): number[] {
  const found: number[] = [];
  for (let next = index.firstExpired(nowMs); next !== undefined; next = index.firstExpired(nowMs)) {
    found.push(next.expiresAtMs);
    index.remove(next);
  }
  return found;
}

describe('ExpiryIndex', () => {
  it('finds entries second by second, and none of a second that still runs', () => {
    const index = new ExpiryIndex();
    for (const ms of [3000, 1500, 2000, 1999, 9_000_000_000_000]) index.add(expiring(ms));
    expect(drain(index, 1999)).toEqual([]);
    expect(drain(index, 2000)).toEqual([1999, 1500]);
    expect(drain(index, 3999)).toEqual([2000]);
    expect(drain(index, 8_000_000_000_000)).toEqual([3000]);
    expect(index.seconds).toBe(1);
  });

  it.each([[[0, 1, 2]], [[2, 1, 0]], [[1, 0, 2]], [[1, 2, 0]]])(
    'keeps nothing of entries removed in the order %j',
    (order) => {
      const index = new ExpiryIndex();
      const entries = [1000, 1001, 1002].map(expiring);
      for (const one of entries) index.add(one);
      for (const [removed, at] of order.entries()) {
        const one = entries[at];
        if (one === undefined) throw new Error('no such entry');
        index.remove(one);
        expect([one.previous, one.next]).toEqual([undefined, undefined]);
        expect(index.seconds).toBe(removed === 2 ? 0 : 1);
      }
      expect(index.firstExpired(5000)).toBeUndefined();
    },
  );
});
