import { describeOperation, describeRead, describeWrite } from './describe.js';
import type { KeyHistory, Observation } from './key-history.js';
import type { KnownWrite } from './known-write.js';
import type { Operation, ReadOperation } from './operation.js';
import { endedMs, ProcessView, type Sighting } from './process-view.js';
import type { Violation, ViolationCode } from './violation.js';

interface ProcessHistory {
  /** What the reads of the process, and the writes it acknowledged, show. */
  readonly sightings: Sighting[];
  readonly reads: Observation[];
}

/**
 * What the reads at one process must satisfy together: versions never go back, nothing returns after it was gone, what
 * the process has acknowledged is there, and nothing vanishes before its time. Of operations that overlap nothing is
 * claimed.
 */
export function processViolations(history: KeyHistory): Violation[] {
  return [...byProcess(history).values()].flatMap((process) => violationsAt(history, process));
}

/** By instance, which names a process start of one node. */
function byProcess(history: KeyHistory): Map<string, ProcessHistory> {
  const processes = new Map<string, ProcessHistory>();
  const of = (node: string, instance: string): ProcessHistory => {
    const name = JSON.stringify([node, instance]);
    const process = processes.get(name) ?? { sightings: [], reads: [] };
    processes.set(name, process);
    return process;
  };
  for (const observation of history.observations) {
    const process = of(observation.operation.node, observation.operation.instance);
    process.sightings.push(observation);
    process.reads.push(observation);
  }
  for (const write of history.writes) {
    const { node, instance, outcome } = write.operation;
    if (instance === undefined || outcome === 'unknown') continue;
    of(node, instance).sightings.push({ operation: write.operation, write });
  }
  return processes;
}

function violationsAt(history: KeyHistory, process: ProcessHistory): Violation[] {
  const reads = process.reads.sort((a, b) => a.operation.invokedMs - b.operation.invokedMs);
  const sightings = process.sightings.sort((a, b) => endedMs(a.operation) - endedMs(b.operation));
  const view = new ProcessView();
  const violations: Violation[] = [];
  let next = 0;
  for (const read of reads) {
    for (let sighting = sightings[next]; sighting !== undefined; sighting = sightings[next]) {
      if (endedMs(sighting.operation) >= read.operation.invokedMs) break;
      view.add(sighting);
      next++;
    }
    const violation = judge(history, view, read);
    if (violation !== undefined) violations.push(violation);
  }
  return violations;
}

function judge(history: KeyHistory, view: ProcessView, { operation: read, write }: Observation): Violation | undefined {
  if (write === undefined) return lost(history, view, read);
  const { newest } = view;
  if (newest !== undefined && write.high < newest.write.low && !history.mayBeForgotten(read, newest.write)) {
    return older(read, write, newest.operation);
  }
  const replaced = view.replaced(write);
  if (replaced === undefined) return undefined;
  const { first, by } = replaced;
  if (by.write !== undefined) {
    return history.mayBeForgotten(read, by.write) ? undefined : older(read, write, by.operation);
  }
  if (by.operation.kind === 'read' && clockMayHaveGoneBack(history, by.operation, write)) return undefined;
  const message = `${describeRead(read)} came after ${describeOperation(by.operation)}, which came after ${describeOperation(first.operation)}`;
  return violation('resurrected', read, message, [by.operation, first.operation]);
}

function lost(history: KeyHistory, view: ProcessView, read: ReadOperation): Violation | undefined {
  const { newest } = view;
  if (newest === undefined || history.mayBeEmpty(read, newest.write)) return undefined;
  const message = `${describeRead(read)} came after ${describeOperation(newest.operation)}, and neither that value, which expires at ${newest.write.earliestExpiryMs} ms at the earliest, nor one that may be newer can have expired`;
  return violation('lost', read, message, [newest.operation]);
}

function older(read: ReadOperation, write: KnownWrite, than: Operation): Violation {
  const code = than.kind === 'write' ? 'own-write-missed' : 'went-back';
  const message = `${describeRead(read)} came after ${describeOperation(than)}, which shows a newer value: the read one is of ${describeWrite(write.operation)}`;
  return violation(code, read, message, [than, write.operation]);
}

/** A clock that is set back past the expiry of a value gives it its time again. One that is right never goes back. */
function clockMayHaveGoneBack(history: KeyHistory, empty: ReadOperation, write: KnownWrite): boolean {
  const { skew } = history;
  return skew.of(empty.node) > 0 && write.earliestExpiryMs <= skew.latest(empty.node, empty.completedMs);
}

function violation(code: ViolationCode, read: ReadOperation, message: string, others: readonly Operation[]): Violation {
  const { key, node } = read;
  return { code, key, node, message: `key "${key}": ${message}`, operations: [read, ...others] };
}
