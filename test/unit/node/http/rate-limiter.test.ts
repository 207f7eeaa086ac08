import { beforeEach, describe, expect, test } from 'vitest';
import type { TokenLimit } from '../../../../src/gossip/token-bucket.js';
import { MAX_TRACKED_ADDRESSES, RateLimiter } from '../../../../src/node/http/rate-limiter.js';
import { ReadableMetrics } from '../../../support/ports.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

let clock: VirtualClock;
let metrics: ReadableMetrics;
beforeEach(() => {
  clock = new VirtualClock();
  metrics = new ReadableMetrics();
});

function limiter(limit: TokenLimit): RateLimiter {
  const counters = { limited: metrics.counter('limited', ''), forgotten: metrics.counter('forgotten', '') };
  return new RateLimiter(clock, limit, counters);
}

function taken(from: RateLimiter, address: string, tries: number): number {
  let count = 0;
  for (let i = 0; i < tries; i++) if (from.take(address)) count++;
  return count;
}

test('a burst goes through, and no more', () => {
  expect(taken(limiter({ perSecond: 10, burst: 20 }), 'a', 100)).toBe(20);
  expect(metrics.value('limited')).toBe(80);
});

test('budgets of two addresses are apart', () => {
  const limit = limiter({ perSecond: 10, burst: 20 });
  taken(limit, 'a', 100);
  expect(taken(limit, 'b', 100)).toBe(20);
});

test('the budget refills at its rate, up to the burst', () => {
  const limit = limiter({ perSecond: 10, burst: 20 });
  taken(limit, 'a', 100);
  clock.advance(500);
  expect(taken(limit, 'a', 100)).toBe(5);
  clock.advance(3_600_000);
  expect(taken(limit, 'a', 100)).toBe(20);
});

test('being refused does not put off the refill', () => {
  const limit = limiter({ perSecond: 1, burst: 1 });
  limit.take('a');
  for (let i = 0; i < 9; i++) {
    clock.advance(100);
    expect(limit.take('a')).toBe(false);
  }
  clock.advance(101);
  expect(limit.take('a')).toBe(true);
});

test('a wall clock that jumps changes nothing', () => {
  const limit = limiter({ perSecond: 10, burst: 20 });
  taken(limit, 'a', 20);
  clock.jump(3_600_000);
  expect(limit.take('a')).toBe(false);
  clock.jump(-7_200_000);
  clock.advance(100);
  expect(limit.take('a')).toBe(true);
});

test('addresses are forgotten beyond the bound, the longest unseen first', () => {
  const limit = limiter({ perSecond: 0.001, burst: 1 });
  limit.take('first');
  limit.take('second');
  for (let i = 0; i < MAX_TRACKED_ADDRESSES - 2; i++) limit.take(`address ${i}`);
  expect(limit.take('first')).toBe(false);
  limit.take('one too many');
  expect(limit.take('first')).toBe(false);
  expect(limit.take('second')).toBe(true);
  expect(metrics.value('forgotten')).toBe(2);
});

describe('the time to come again', () => {
  test.each([
    [100, 1],
    [1, 1],
    [0.4, 3],
    [0.01, 100],
  ])('at %d a second is %d s', (perSecond, seconds) => {
    expect(limiter({ perSecond, burst: 1 }).retryAfterSeconds).toBe(seconds);
  });
});
