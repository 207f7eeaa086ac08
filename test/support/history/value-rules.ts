import { describeRead, describeWrite } from './describe.js';
import type { KeyHistory, Observation } from './key-history.js';
import type { ReadOperation, WriteOperation } from './operation.js';
import type { Violation } from './violation.js';

/** What each read must satisfy by itself: somebody wrote the value, before, was not refused, and it had not expired. */
export function valueViolations(history: KeyHistory): Violation[] {
  return [
    ...history.impossible.map(({ read, write }) => impossible(read, write)),
    ...history.observations.flatMap((observation) => expired(history, observation)),
  ];
}

function impossible(read: ReadOperation, write: WriteOperation | undefined): Violation {
  const { key, node } = read;
  const begin = `key "${key}": ${describeRead(read)}`;
  if (write === undefined) {
    const message = `${begin} returned a value that nobody wrote to the key`;
    return { code: 'unwritten', key, node, message, operations: [read] };
  }
  const operations = [read, write];
  if (write.outcome === 'refused') {
    const message = `${begin} returned what was refused: ${describeWrite(write)}`;
    return { code: 'refused', key, node, message, operations };
  }
  const message = `${begin} ended before its write began: ${describeWrite(write)}`;
  return { code: 'premature', key, node, message, operations };
}

function expired(history: KeyHistory, { operation: read, write }: Observation): Violation[] {
  if (write === undefined) return [];
  const { latestExpiryMs } = write;
  if (history.skew.earliest(read.node, read.invokedMs) < latestExpiryMs) return [];
  const message = `key "${read.key}": ${describeRead(read)} began when the value had expired, at ${latestExpiryMs} ms at the latest: ${describeWrite(write.operation)}`;
  return [{ code: 'expired', key: read.key, node: read.node, message, operations: [read, write.operation] }];
}
