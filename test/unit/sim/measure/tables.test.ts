import { describe, expect, it } from 'vitest';
import { formatBytes, formatMs, formatNumber, formatShare } from '../../../sim/measure/format.js';
import { renderMarkdown } from '../../../sim/measure/markdown.js';
import { renderPlot } from '../../../sim/measure/plot/plot.js';
import { memberlistEvictionMs, SWIM_FIRST_DETECTION_MS } from '../../../sim/measure/published.js';
import { Results } from '../../../sim/measure/results.js';
import { median, p99, worst } from '../../../sim/measure/statistics.js';
import { missedTargets } from '../../../sim/measure/targets.js';

describe('numbers', () => {
  it.each([
    [formatNumber(2.2444), '2.24'],
    [formatNumber(118_283.4), '118,283'],
    [formatMs(999.9), '1 s'],
    [formatMs(2260), '2.26 s'],
    [formatBytes(617.5), '618 B'],
    [formatBytes(2399), '2.4 KB'],
    [formatShare(0.99996), '99.9 %'],
    [formatShare(1), '100 %'],
  ])('reads %s', (text, expected) => {
    expect(text).toBe(expected);
  });

  it('takes for the 99th percentile what one in a hundred exceeds', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    expect([p99(hundred), p99([...hundred, 101]), p99([3, 1, 2])]).toEqual([99, 100, 3]);
  });

  it('takes the mean of the two in the middle, and the largest for the worst', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), worst([2, 3, 1])]).toEqual([2, 2.5, 3]);
  });
});

describe('results that are incomplete', () => {
  const idle = {
    name: 'idle',
    size: 10,
    firstSeed: 1,
    seeds: 2,
    figures: { messages: [3, 5], requests: [1.5, 2.5], bytes: [700, 740], in: [900, 1200], out: [1000] },
  };
  const results = new Results([idle]);

  it('have a dash where nothing was measured', () => {
    const text = renderMarkdown(results);
    expect(text).toContain('| 10 | 4 (5) | 720 B (740 B) | 1.65 KB | 1.05 KB (1.2 KB) | 1 KB |');
    expect(text).toContain('| 10 | – | – | – | – |');
  });

  it('leave a target open that was not measured', () => {
    expect(renderMarkdown(results)).toMatch(/a killed node is evicted everywhere.* \| 4 s \| – \| – \| – \|/);
    expect(missedTargets(results)).toEqual([]);
  });

  it('are plotted as far as they go', () => {
    const plot = renderPlot(results);
    expect(plot).toContain('Idle traffic');
    expect(plot).not.toContain('Time to evict</text>');
    expect(plot).not.toMatch(/NaN|Infinity/);
  });
});

it('shares of a measurement come together in the order of their seeds', () => {
  const share = (firstSeed: number, all: readonly number[]) => ({
    name: 'half-lost',
    size: 10,
    firstSeed,
    seeds: all.length,
    figures: { all },
  });
  const results = new Results([share(3, [7]), share(1, [0, 5])], [3, 10]);
  expect(results.values('half-lost', 'all', 10)).toEqual([0, 5, 7]);
  expect(results.seeds('half-lost', 10)).toBe(3);
  expect(results.sizes).toEqual([3, 10]);
  expect(missedTargets(results)).toEqual(['false evictions in 60 s at 50 % loss, 10 nodes: 12, at most 0']);
});

it('fewer seeds than a target wants do not meet it', () => {
  const share = (seeds: number) =>
    new Results([{ name: 'half-lost', size: 10, firstSeed: 1, seeds, figures: { all: [0] } }]);
  expect(renderMarkdown(share(99))).toContain('50 % loss, 10 nodes | 0 | 0 | 99 of 100 | so far |');
  expect(renderMarkdown(share(100))).toContain('50 % loss, 10 nodes | 0 | 0 | 100 of 100 | yes |');
});

it('published figures follow from their formulas', () => {
  expect(SWIM_FIRST_DETECTION_MS).toBeCloseTo(1582, 0);
  expect(memberlistEvictionMs(3)).toEqual({
    least: SWIM_FIRST_DETECTION_MS + 4000,
    most: SWIM_FIRST_DETECTION_MS + 24_000,
  });
  expect(memberlistEvictionMs(1000).least).toBeCloseTo(SWIM_FIRST_DETECTION_MS + 12_000, 6);
});
