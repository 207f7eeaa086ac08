import type { Violation } from './violation.js';

const MOST_LISTED = 20;

/**
 * The violations as text, one a line, those whose reads began first first; at most twenty. Empty where there is none.
 */
export function reportViolations(violations: readonly Violation[]): string {
  const listed = [...violations].sort((a, b) => beganMs(a) - beganMs(b)).slice(0, MOST_LISTED);
  const lines = listed.map(({ code, message }) => `[${code}] ${message}`);
  const more = violations.length - listed.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

function beganMs(violation: Violation): number {
  return violation.operations[0]?.invokedMs ?? 0;
}
