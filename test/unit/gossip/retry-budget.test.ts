import { describe, expect, it } from 'vitest';
import { MAX_WAITING_BYTES, MAX_WAITING_MESSAGES, RetryBudget } from '../../../src/gossip/retry-budget.js';
import { putOf } from '../../support/gossip-bench.js';

const small = putOf('self', 'm');
const large = putOf('self', 'm', { data: new Uint8Array(MAX_WAITING_BYTES / 4) });

describe('RetryBudget', () => {
  it('lets so many messages wait for one member, and as many for another', () => {
    const budget = new RetryBudget();
    for (let i = 0; i < MAX_WAITING_MESSAGES; i++) expect(budget.take('a', small)).toBe(true);
    expect([budget.take('a', small), budget.take('b', small)]).toEqual([false, true]);
    budget.release('a', small);
    expect([budget.take('a', small), budget.take('a', small)]).toEqual([true, false]);
  });

  it('lets so many bytes wait, and gives them back', () => {
    const budget = new RetryBudget();
    for (let i = 0; i < 4; i++) expect(budget.take('a', large)).toBe(true);
    expect(budget.take('a', small)).toBe(false);
    budget.release('a', large);
    expect([budget.take('a', small), budget.take('a', large)]).toEqual([true, false]);
  });

  it('lets one message wait whatever its size', () => {
    const budget = new RetryBudget();
    const huge = putOf('self', 'm', { data: new Uint8Array(MAX_WAITING_BYTES + 1) });
    expect([budget.take('a', huge), budget.take('a', small)]).toEqual([true, false]);
    budget.release('a', huge);
    expect(budget.take('a', small)).toBe(true);
  });

  it('takes a release of what never waited without harm', () => {
    const budget = new RetryBudget();
    budget.release('a', small);
    expect(budget.take('a', small)).toBe(true);
  });
});
