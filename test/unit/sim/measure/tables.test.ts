import { describe, expect, it } from 'vitest';
import { formatBytes, formatMs, formatNumber, formatShare } from '../../../sim/measure/format.js';
import { renderMarkdown } from '../../../sim/measure/markdown.js';
import { renderPlot } from '../../../sim/measure/plot/plot.js';
import { Results } from '../../../sim/measure/results.js';
import { median, worst } from '../../../sim/measure/statistics.js';

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

  it('takes the mean of the two in the middle, and the largest for the worst', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), worst([2, 3, 1])]).toEqual([2, 2.5, 3]);
  });
});

describe('results that are incomplete', () => {
  const idle = {
    name: 'idle',
    size: 10,
    seeds: 2,
    figures: { messages: [3, 5], requests: [1.5, 2.5], bytes: [700, 740] },
  };
  const results = new Results([idle]);

  it('have a dash where nothing was measured', () => {
    const text = renderMarkdown(results);
    expect(text).toContain('| 10 | 4 (5) | 720 B (740 B) | 1.65 KB |');
    expect(text).toContain('| 10 | – | – | – | – |');
  });

  it('are plotted as far as they go', () => {
    const plot = renderPlot(results);
    expect(plot).toContain('Idle traffic');
    expect(plot).not.toContain('Time to evict</text>');
    expect(plot).not.toMatch(/NaN|Infinity/);
  });
});
