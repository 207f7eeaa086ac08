import type { SourceFault } from './fault.js';

/** Most lists a source may give at a time; more is a fault. Old and new side by side, while keys change, are two. */
export const MAX_CANDIDATES = 16;
/** Longest document, in bytes. */
export const MAX_DOCUMENT_BYTES = 65_536;

export type SourceAnswer =
  /** Lines that may be root lists. They are neither parsed nor verified. */
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  /** `reason` is a code of the platform or a status, never text of the other side. */
  | { readonly kind: 'failed'; readonly code: SourceFault; readonly reason?: string };

/** A place where root lists are published. */
export interface RootListSource {
  /** For log lines: the kind of the source, and where it is. */
  readonly name: string;
  /** Never rejects. */
  fetch(): Promise<SourceAnswer>;
}

export function failed(code: SourceFault, reason?: string): SourceAnswer {
  return reason === undefined ? { kind: 'failed', code } : { kind: 'failed', code, reason };
}

/** The lists of a document, one a line; empty lines and white space around lists are the editor's. */
export function linesOf(text: string): SourceAnswer {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return bounded(lines.length === 0 ? [''] : lines);
}

export function bounded(lines: readonly string[]): SourceAnswer {
  return lines.length > MAX_CANDIDATES ? failed('ANSWER_TOO_LONG') : { kind: 'lines', lines };
}
