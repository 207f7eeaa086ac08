import { describe, expect, it } from 'vitest';
import { figureOf, isMet, summaryOf } from '../../../../scripts/drills/figure.js';
import { concurrently } from '../../../../scripts/drills/load/concurrently.js';
import type { DrillNode } from '../../../../scripts/drills/nodes/drill-node.js';
import { excessEvictions } from '../../../../scripts/drills/nodes/evictions.js';
import { replaceBlock } from '../../../../scripts/drills/page.js';
import { isPassed } from '../../../../scripts/drills/report.js';
import { renderMarkdown, renderTable } from '../../../../scripts/drills/table.js';

const TARGET = { of: 'p99', most: 4000 } as const;

describe('figures of drills', () => {
  it('a run in which nothing came in time misses the target, however good the others were', () => {
    expect(isMet(figureOf('gone', 'ms', [100, undefined], TARGET))).toBe(false);
    expect(isMet(figureOf('gone', 'ms', [100, 200], TARGET))).toBe(true);
  });

  it('a drill that measured nothing has not met its target', () => {
    expect(isMet(figureOf('gone', 'ms', [], TARGET))).toBe(false);
  });

  it('a figure without a target is no verdict', () => {
    const free = figureOf('back', 'ms', [1_000_000]);
    expect(isMet(free)).toBeUndefined();
    expect(isPassed([free])).toBe(true);
    expect(isPassed([free, figureOf('gone', 'ms', [4001], TARGET)])).toBe(false);
  });

  it('p99 of few runs is the worst of them', () => {
    const values = Array.from({ length: 30 }, (_, index) => index + 1);
    expect(summaryOf(figureOf('gone', 'ms', values))).toEqual({ p50: 15, p99: 30, max: 30 });
  });

  it('says MISSED, and how many runs did not come in time, in both tables', () => {
    const figures = [figureOf('gone', 'ms', [5000, undefined], TARGET)];
    expect(renderTable('kill', figures)).toContain('MISSED, 1 not in time');
    expect(renderMarkdown(figures).split('\n')[2]).toBe(
      '| gone | ms | 2 | 5,000 | 5,000 | 5,000 | p99 ≤ 4,000 | MISSED, 1 not in time |',
    );
  });
});

describe('evictions beyond those that were due', () => {
  const [a, b] = [{ id: 'a' }, { id: 'b' }] as unknown as readonly [DrillNode, DrillNode];

  it('are not made up for by a node that evicted fewer', () => {
    const before = new Map([
      [a, 2],
      [b, 2],
    ]);
    const after = new Map([
      [a, 2],
      [b, 5],
    ]);
    expect(excessEvictions(before, after, () => 1)).toBe(2);
  });

  it('count from nothing for a node that was started anew', () => {
    expect(excessEvictions(new Map([[a, 3]]), new Map([[b, 1]]), (node) => (node === b ? 0 : 1))).toBe(1);
  });
});

describe('a page with tables of drills', () => {
  const page = '# Drills\n<!-- drill: kill -->\nold\n<!-- /drill -->\n<!-- drill: stop -->\nkept\n<!-- /drill -->\n';

  it('gets the table of one command, and keeps those of the others', () => {
    expect(replaceBlock(page, 'kill', 'new')).toBe(page.replace('old', 'new'));
  });

  it('without a place for the command is left alone', () => {
    expect(() => replaceBlock(page, 'drop', 'new')).toThrow('<!-- drill: drop -->');
  });
});

describe('work done concurrently', () => {
  it('does each piece once, and no more at a time than it may', async () => {
    const done: number[] = [];
    let underWay = 0;
    let most = 0;
    await concurrently(10, 3, async (index) => {
      most = Math.max(most, ++underWay);
      await Promise.resolve();
      underWay -= 1;
      done.push(index);
    });
    expect(done.sort((x, y) => x - y)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(most).toBe(3);
  });
});
