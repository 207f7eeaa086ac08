import { formatNumber } from '../../bench/table.js';
import { type Figure, isMet, summaryOf } from './figure.js';

const HEAD = ['figure', 'unit', 'runs', 'p50', 'p99', 'max', 'target', 'verdict'] as const;
/** The columns that hold words. */
const LEFT = [true, true, false, false, false, false, false, true] as const;

/** A row a figure, aligned for a terminal. */
export function renderTable(title: string, figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (LEFT[column] ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))),
  );
  return [title, ...lines.map((cells) => cells.join('  ').trimEnd())].join('\n');
}

/** The same as a table of Markdown. */
export function renderMarkdown(figures: readonly Figure[]): string {
  const rule = LEFT.map((left) => (left ? '---' : '---:'));
  return [HEAD, rule, ...figures.map(cellsOf)].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cellsOf(figure: Figure): readonly string[] {
  const { title, unit, samples, missed, target } = figure;
  const summary = summaryOf(figure);
  const numbers = summary === undefined ? ['', '', ''] : [summary.p50, summary.p99, summary.max].map(formatNumber);
  const bound = target === undefined ? '' : `${target.of} ≤ ${formatNumber(target.most)}`;
  return [title, unit, String(samples.length + missed), ...numbers, bound, verdictOf(figure)];
}

function verdictOf(figure: Figure): string {
  const met = isMet(figure);
  const late = figure.missed === 0 ? '' : `, ${figure.missed} not in time`;
  return met === undefined ? late.slice(2) : `${met ? 'met' : 'MISSED'}${late}`;
}
