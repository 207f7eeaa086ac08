import type { Operation, ReadOperation, WriteOperation } from './operation.js';

export function describeOperation(operation: Operation): string {
  return operation.kind === 'read' ? describeRead(operation) : describeWrite(operation);
}

export function describeRead(read: ReadOperation): string {
  const what = read.value === undefined ? 'nothing' : `"${read.value}"`;
  return `the read of ${what} at ${read.node}, process ${read.instance}, ${during(read)}`;
}

export function describeWrite(write: WriteOperation): string {
  const { version } = write;
  const stamp = version === undefined ? '' : `, version ${version.ms}.${version.logical}.${version.origin}`;
  return `the write of "${write.value}" at ${write.node}, ${during(write)}, ${write.outcome}${stamp}`;
}

function during(operation: Operation): string {
  return `${operation.invokedMs} to ${operation.completedMs ?? '?'} ms`;
}
