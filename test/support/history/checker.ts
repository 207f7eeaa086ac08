import { KeyHistory } from './key-history.js';
import type { Operation } from './operation.js';
import { processViolations } from './process-rules.js';
import { type Rest, restViolations } from './rest-rules.js';
import { Skew, type SkewMs } from './skew.js';
import { valueViolations } from './value-rules.js';
import type { Violation } from './violation.js';

export interface HistoryOptions {
  /** Default 0: every node's clock is that of the history. */
  readonly skewMs?: SkewMs;
  /**
   * Judges the reads of these nodes from that moment on as the final ones. Default: nothing is claimed of nodes
   * together.
   */
  readonly complete?: Rest;
}

/**
 * Checks what clients did on a cluster against what it promises: per key the newest version wins and nothing returns
 * from expiry. Every violation found is one under each order of events that the times allow; where they leave doubt,
 * nothing is claimed. Takes O(n log n). Violations come in the order of keys, then by rule.
 *
 * Throws a `RangeError` for a history that cannot be judged: two writes of a key with the same value, or a node named
 * as complete that was not read at rest.
 */
export function checkHistory(operations: readonly Operation[], options: HistoryOptions = {}): readonly Violation[] {
  const skew = new Skew(options.skewMs ?? 0);
  const { complete } = options;
  if (complete !== undefined) demandReads(operations, complete);
  return [...byKey(operations)].flatMap(([key, ofKey]) => {
    const history = new KeyHistory(key, ofKey, skew);
    return [
      ...valueViolations(history),
      ...processViolations(history),
      ...(complete === undefined ? [] : restViolations(history, complete)),
    ];
  });
}

/** A claim about a node that nobody read would always hold. */
function demandReads(operations: readonly Operation[], { nodes, sinceMs }: Rest): void {
  const final = operations.filter((operation) => operation.kind === 'read' && operation.invokedMs >= sinceMs);
  const read = new Set(final.map((operation) => operation.node));
  const unread = nodes.filter((node) => !read.has(node));
  if (unread.length > 0) throw new RangeError(`not read at rest, since ${sinceMs} ms: ${unread.join(', ')}`);
}

function byKey(operations: readonly Operation[]): Map<string, Operation[]> {
  const keys = new Map<string, Operation[]>();
  for (const operation of operations) {
    const ofKey = keys.get(operation.key);
    if (ofKey === undefined) keys.set(operation.key, [operation]);
    else ofKey.push(operation);
  }
  return keys;
}
