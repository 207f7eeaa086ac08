import { printable } from '../printable.js';
import type { Output } from './io.js';

const GAP = '  ';

function width(text: string): number {
  return [...text].length;
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const widths = Array.from({ length: columns }, (_, column) =>
    rows.reduce((widest, row) => Math.max(widest, width(row[column] ?? '')), 0),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell)))
      .join(GAP)
      .trimEnd(),
  );
}

/**
 * Rows as text: aligned below a header on a terminal, tab-separated without one elsewhere. Cells may come from the
 * network, so what could steer a terminal or break a line is escaped.
 */
export function renderTable(
  output: Pick<Output, 'isTty'>,
  header: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
): string {
  const cells = rows.map((row) => row.map(printable));
  const lines = output.isTty
    ? aligned(header === undefined ? cells : [header, ...cells])
    : cells.map((row) => row.join('\t'));
  return lines.map((line) => `${line}\n`).join('');
}
