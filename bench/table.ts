import type { Kind } from '../scripts/live-wire-compat/cluster/command.js';
import type { MeasurementResult, Row } from './run.js';
import type { Summary } from './statistics.js';

/** One measurement as text: a row a figure, a column a subject, and the ratio of the first two medians. */
export function renderTable(result: MeasurementResult, subjects: readonly Kind[]): string {
  const compared = subjects.length > 1;
  const head = [result.title, '', ...subjects.map(({ label }) => label), ...(compared ? ['ratio'] : [])];
  const body = result.rows.map((row) => [
    row.figure.title,
    row.figure.unit,
    ...row.summaries.map(cellOf),
    ...(compared ? [ratioOf(row)] : []),
  ]);
  return alignColumns([head, ...body]);
}

/** Median, and the range in brackets where there was more than one run. */
function cellOf(summary: Summary | undefined): string {
  if (summary === undefined) return 'none';
  const { median, min, max } = summary;
  return min === max ? formatNumber(median) : `${formatNumber(median)} (${formatNumber(min)}–${formatNumber(max)})`;
}

/** Ours divided by the other's. */
function ratioOf({ summaries }: Row): string {
  const [ours, theirs] = summaries;
  if (ours === undefined || theirs === undefined || theirs.median === 0) return '';
  return `${formatNumber(ours.median / theirs.median)}×`;
}

/** Three significant digits where there is a fraction, thousands separated where there is none. */
export function formatNumber(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))),
  );
  return lines.map((cells) => cells.join('  ').trimEnd()).join('\n');
}
