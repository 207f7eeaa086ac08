import { beforeAll, describe, expect, it } from 'vitest';
import { brokenBounds } from './measure/bounds.js';
import { jobsOf, type Measured, measure } from './measure/catalogue.js';
import { renderMarkdown } from './measure/markdown.js';
import { renderPlot } from './measure/plot/plot.js';
import { Results } from './measure/results.js';
import { missedTargets } from './measure/targets.js';

const MAX_SEEDS = 2;

async function measured(...sizes: readonly number[]): Promise<readonly Measured[]> {
  const all: Measured[] = [];
  for (const job of jobsOf(sizes, { maxSeeds: MAX_SEEDS })) all.push(await measure(job));
  return all;
}

describe('measurements of small clusters', () => {
  let first: readonly Measured[];

  beforeAll(async () => {
    first = await measured(3, 10);
  }, 60_000);

  it('come out the same a second time, to the byte', async () => {
    const files = (all: readonly Measured[]) => [
      renderMarkdown(new Results(all), { plot: 'plot.svg' }),
      renderPlot(new Results(all)),
    ];
    expect(files(await measured(3, 10))).toEqual(files(first));
  });

  it('keep to their bounds', () => {
    expect(brokenBounds(new Results(first))).toEqual([]);
  });

  it('cost an idle node less than 10 KB a second each way', () => {
    for (const way of ['in', 'out']) {
      const bytes = new Results(first).values('idle', way, 10);
      expect(bytes).toHaveLength(10 * MAX_SEEDS);
      expect(Math.min(...bytes)).toBeGreaterThan(100);
      expect(Math.max(...bytes)).toBeLessThan(10_000);
    }
  });

  it('say which bound is broken, and where', () => {
    const slow = first.map((one) =>
      one.name === 'killed' && one.size === 10 ? { ...one, figures: { ...one.figures, lastMs: [2000, 88_000] } } : one,
    );
    expect(brokenBounds(new Results(slow))).toEqual(['killed: last, 10 nodes: 88 s, allowed are 4 s']);
    expect(missedTargets(new Results(slow)).join()).toContain('a killed node is evicted everywhere');
  });

  it('fill every cell of the tables that belongs to their sizes', () => {
    const rows = renderMarkdown(new Results(first))
      .split('\n')
      .filter((line) => /^\| (3|10) \|/.test(line));
    expect(rows).toHaveLength(12);
    for (const row of rows) expect(row).not.toMatch(/NaN|Infinity|undefined| – \|/);
  });
});

it('refuses a measurement that there is not', async () => {
  await expect(measure({ name: 'nothing', size: 3, firstSeed: 1, seeds: 1 })).rejects.toThrow(
    'no measurement is called nothing',
  );
});
