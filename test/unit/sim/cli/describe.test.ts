import { describe, expect, it } from 'vitest';
import { describeFailed, describeTotals } from '../../../sim/cli/describe.js';
import type { Failure, Outcome } from '../../../sim/cli/outcome.js';
import { seedAfter } from '../../../sim/cli/seeds.js';
import { Totals } from '../../../sim/cli/totals.js';

function outcome(seed: number, failure?: Failure, realMs = 100): Outcome {
  return { scenario: 'mixed', seed, failure, digest: 'd', events: 1, simulatedMs: 60_000, realMs };
}

describe('describeFailed', () => {
  it('names the seed in the command that plays the run again', () => {
    const failure = { invariant: 'no value outlives its TTL', atMs: 61_234.5, detail: 'n3 served k\n  at somewhere' };
    expect(describeFailed(outcome(42, failure))).toEqual([
      '✗ 61.2 s: no value outlives its TTL: n3 served k …',
      '    npm run sim -- --scenario mixed --seed 42',
    ]);
  });

  it('says nothing of a run in which all held', () => {
    expect(describeFailed(outcome(42))).toEqual([]);
  });
});

describe('Totals', () => {
  it('counts failures by invariant, and knows the slowest run', () => {
    const totals = new Totals();
    const failure = { invariant: 'members converge', atMs: 1, detail: '' };
    for (const each of [outcome(1), outcome(2, failure), outcome(3, undefined, 900), outcome(4, failure)])
      totals.add(each);
    expect(totals.failures.map(({ seed }) => seed)).toEqual([2, 4]);
    expect(totals.slowest?.seed).toBe(3);
    const lines = describeTotals(totals);
    expect(lines[0]).toMatch(/^4 runs, 2 failed, /);
    expect(lines).toContain('failed 2: members converge');
    expect(lines.at(-1)).toBe('slowest: mixed, seed 3: 60.0 s simulated in 0.900 s, 67× real time');
  });

  it('keeps a bounded number of failures, and counts all', () => {
    const totals = new Totals();
    for (let seed = 0; seed < 1500; seed++) totals.add(outcome(seed, { invariant: 'x', atMs: 0, detail: '' }));
    expect(totals.failures).toHaveLength(1000);
    expect(totals.failed).toBe(1500);
  });
});

describe('seedAfter', () => {
  it('goes on at 0 after the last seed', () => {
    expect(seedAfter(4294967294, 1)).toBe(4294967295);
    expect(seedAfter(4294967295, 1)).toBe(0);
  });
});
