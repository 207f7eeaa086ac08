import { describeOperation, describeRead, describeWrite } from './describe.js';
import type { KeyHistory, Observation } from './key-history.js';
import type { KnownWrite } from './known-write.js';
import type { Operation } from './operation.js';
import { endedMs } from './process-view.js';
import type { Violation, ViolationCode } from './violation.js';

/** Nodes that hold everything there is, once the cluster is at rest. */
export interface Rest {
  readonly nodes: readonly string[];
  /** From then on no write runs and no message that carries one is under way, in milliseconds. */
  readonly sinceMs: number;
}

/**
 * What the reads at rest must satisfy: every node answers with the same value, which no write that reached its quorum
 * has superseded, and nothing that reached it is missing before it expires.
 */
export function restViolations(history: KeyHistory, rest: Rest): Violation[] {
  const nodes = new Set(rest.nodes);
  const reads = history.observations.filter(
    ({ operation }) => nodes.has(operation.node) && operation.invokedMs >= rest.sinceMs,
  );
  const promised = newestPromised(history, rest.sinceMs);
  const reference = reads.find((read) => read.write !== undefined);
  return reads.flatMap((read) => brokenPromise(history, read, promised) ?? divergence(history, read, reference) ?? []);
}

/** The write that gives the highest bound for what every node holds. */
function newestPromised(history: KeyHistory, beforeMs: number): KnownWrite | undefined {
  let newest: KnownWrite | undefined;
  for (const write of history.writes) {
    if (write.operation.outcome !== 'quorum' || endedMs(write.operation) > beforeMs) continue;
    if (newest === undefined || write.low > newest.low) newest = write;
  }
  return newest;
}

function brokenPromise(
  history: KeyHistory,
  read: Observation,
  promised: KnownWrite | undefined,
): Violation | undefined {
  if (promised === undefined) return undefined;
  const { operation, write } = read;
  if (write !== undefined && write.high < promised.low) {
    return violation('stale-at-rest', read, 'was superseded by', promised.operation);
  }
  if (write !== undefined || history.mayBeEmpty(operation, promised)) return undefined;
  return violation('missing-at-rest', read, 'lacks, before it or anything newer can have expired,', promised.operation);
}

function divergence(history: KeyHistory, read: Observation, reference: Observation | undefined): Violation | undefined {
  if (reference?.write === undefined || read.write === reference.write) return undefined;
  const { operation, write } = read;
  const mayHaveExpired = reference.write.earliestExpiryMs <= history.skew.latest(operation.node, operation.completedMs);
  if (write === undefined && mayHaveExpired) return undefined;
  return violation('diverged', read, 'differs from', reference.operation);
}

function violation(code: ViolationCode, read: Observation, verb: string, other: Operation): Violation {
  const { operation, write } = read;
  const { key, node } = operation;
  const source = write === undefined ? '' : ` (${describeWrite(write.operation)})`;
  const message = `key "${key}": at rest, ${describeRead(operation)}${source} ${verb} ${describeOperation(other)}`;
  return { code, key, node, message, operations: [operation, other] };
}
