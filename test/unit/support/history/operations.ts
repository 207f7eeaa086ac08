import { checkHistory, type HistoryOptions } from '../../../support/history/checker.js';
import type { Operation, ReadOperation, WriteOperation } from '../../../support/history/operation.js';
import type { ViolationCode } from '../../../support/history/violation.js';

type Span = readonly [invokedMs: number, completedMs?: number];

/** A write of `value` to key `k` at node a, by its first process, with a quorum and a TTL of ten seconds. */
export function write(
  value: string,
  [invokedMs, completedMs]: Span,
  more: Partial<WriteOperation> = {},
): WriteOperation {
  const defaults = { kind: 'write', node: 'a', instance: '1', key: 'k', ttlSeconds: 10, outcome: 'quorum' } as const;
  return { ...defaults, value, invokedMs, completedMs, ...more };
}

/** A read of key `k` at the first process of node a. */
export function read(
  value: string | undefined,
  [invokedMs, completedMs = invokedMs]: Span,
  more: Partial<ReadOperation> = {},
): ReadOperation {
  return { kind: 'read', node: 'a', instance: '1', key: 'k', value, invokedMs, completedMs, ...more };
}

/** A version by its time alone. */
export function version(ms: number): Pick<WriteOperation, 'version'> {
  return { version: { ms, logical: 0, origin: 'a' } };
}

export function codes(operations: readonly Operation[], options: HistoryOptions = {}): ViolationCode[] {
  return checkHistory(operations, options).map((violation) => violation.code);
}
