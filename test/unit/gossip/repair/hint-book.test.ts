import { beforeEach, describe, expect, it } from 'vitest';
import type { Hint } from '../../../../src/gossip/repair/hint.js';
import { HintBook, MAX_HINT_BYTES, MAX_HINTS_PER_MEMBER } from '../../../../src/gossip/repair/hint-book.js';
import { ReadableMetrics } from '../../../support/ports.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

let clock: VirtualClock;
let metrics: ReadableMetrics;
let book: HintBook;

beforeEach(() => {
  clock = new VirtualClock();
  metrics = new ReadableMetrics();
  book = new HintBook({ clock, metrics });
});

const hint = (key: string, ttlMs = 600_000): Hint => ({
  key,
  version: { ms: clock.nowMs(), logical: 0, origin: 'n' },
  expiresAtMs: clock.nowMs() + ttlMs,
});
const keysOf = (member: string) => book.of(member).map(({ key }) => key);
const counted = () => [metrics.value('repram_hints'), metrics.value('repram_hints_dropped_total')];

describe('the book of hints', () => {
  it('keeps the latest write of a key for each member', () => {
    book.add('a', hint('k'));
    const later = { ...hint('k'), expiresAtMs: 1 };
    book.add('a', later);
    book.add('b', hint('k'));
    expect(book.of('a')).toEqual([later]);
    expect([book.members(), counted()]).toEqual([
      ['a', 'b'],
      [2, 0],
    ]);
  });

  it('forgets what was delivered, and not what has taken its place meanwhile', () => {
    const first = hint('k');
    book.add('a', first);
    const second = hint('k');
    book.add('a', second);
    book.settle('a', first);
    expect(keysOf('a')).toEqual(['k']);
    book.settle('a', second);
    expect([book.members(), counted()]).toEqual([[], [0, 0]]);
  });

  it('drops everything of a member that is gone, and says how much', () => {
    book.add('a', hint('k'));
    book.add('a', hint('l'));
    book.add('b', hint('k'));
    book.drop('a');
    expect([book.members(), counted()]).toEqual([['b'], [1, 2]]);
  });

  it('is bounded for each member, and counts what finds no room', () => {
    for (let i = 0; i <= MAX_HINTS_PER_MEMBER; i++) book.add('a', hint(`${i}`));
    expect(counted()).toEqual([MAX_HINTS_PER_MEMBER, 1]);
    book.add('b', hint('k'));
    expect(counted()).toEqual([MAX_HINTS_PER_MEMBER + 1, 1]);
  });

  it('is bounded in bytes', () => {
    const long = 'x'.repeat(1000);
    for (let i = 0; i < 16_000; i++) book.add(`m${i % 100}`, hint(`${long}${i}`));
    const [kept = 0, dropped = 0] = counted();
    expect(kept + dropped).toBe(16_000);
    expect(kept * 1000).toBeLessThan(MAX_HINT_BYTES);
    expect(dropped).toBeGreaterThan(0);
  });

  it('makes room by forgetting what has expired', () => {
    for (let i = 0; i < MAX_HINTS_PER_MEMBER; i++) book.add('a', hint(`${i}`, 1000));
    clock.advance(1000);
    book.add('a', hint('new'));
    expect([keysOf('a'), counted()]).toEqual([['new'], [1, 0]]);
  });
});
