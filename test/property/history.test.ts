import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { checkHistory } from '../support/history/checker.js';
import type { Operation, ReadOperation, WriteOperation } from '../support/history/operation.js';
import { type Command, RegisterCluster } from '../support/history/register-cluster.js';
import { reportViolations } from '../support/history/report.js';

const KEYS = ['k', 'l'];
const NODES = 3;

const node = fc.nat({ max: NODES - 1 });
const key = fc.constantFrom(...KEYS);
const around = { beforeMs: fc.constantFrom(0, 0.4, 1, 30), afterMs: fc.constantFrom(0, 0.4, 1, 30) };
const outcome = fc.constantFrom('quorum', 'quorum', 'pending', 'unknown', 'refused');
const pass = fc.record({ kind: fc.constant('pass'), ms: fc.constantFrom(0.3, 1, 5, 40, 400, 900, 1000) });

/** `told`: how much of versions and expiry the history tells. */
function commands(told: fc.Arbitrary<boolean>, restarts: boolean): fc.Arbitrary<Command[]> {
  const choices = {
    ttlSeconds: fc.constantFrom(1, 2, 8),
    outcome,
    happened: fc.boolean(),
    stamped: told,
    exact: told,
  };
  const write = fc.record({ kind: fc.constant('write'), node, key, ...around, ...choices });
  const read = fc.record({ kind: fc.constant('read'), node, key, ...around });
  const deliver = fc.record({ kind: fc.constant('deliver'), node, write: fc.nat({ max: 30 }) });
  const restart = fc.record({ kind: fc.constant('restart'), node });
  const weighted = [
    { weight: 3, arbitrary: write },
    { weight: 5, arbitrary: read },
    { weight: 4, arbitrary: deliver },
    { weight: 3, arbitrary: pass },
    { weight: restarts ? 1 : 0, arbitrary: restart },
  ] as const;
  return fc.array(fc.oneof(...weighted), { minLength: 5, maxLength: 60, size: 'max' }) as fc.Arbitrary<Command[]>;
}

const knowledge = fc.constantFrom(fc.constant(true), fc.constant(false), fc.boolean());
const skews = fc.oneof(
  fc.constant([0, 0, 0]),
  fc.array(fc.constantFrom(0, -1, 7, 60, -700, 2500), { minLength: NODES, maxLength: NODES }),
);

describe('the history of a correct cluster', () => {
  test.prop([knowledge.chain((told) => commands(told, true)), skews], { numRuns: 2000 })(
    'shows no violation, however writes travel, clocks differ and nodes restart, and whatever of it is known',
    (steps, skewsMs) => {
      const cluster = new RegisterCluster(skewsMs);
      for (const step of steps) cluster.run(step);
      const complete = cluster.settle(KEYS);
      const skewMs = Object.fromEntries(cluster.nodeNames.map((name, i) => [name, Math.abs(skewsMs[i] ?? 0)]));
      expect(reportViolations(checkHistory(cluster.operations, { skewMs, complete }))).toBe('');
    },
  );
});

/** A fully known history of nodes whose clocks are right. */
interface Known {
  readonly reads: readonly ReadOperation[];
  readonly writes: readonly WriteOperation[];
}

/** The values, `null` for none, that this read cannot have returned, found by plain search. */
type Corruption = (history: Known, read: ReadOperation) => readonly (string | null)[];

const CORRUPTIONS: Readonly<Record<string, Corruption>> = {
  'a value that was never written': () => ['never written'],
  'a value that was refused': ({ writes }) => valuesOf(writes.filter((write) => write.outcome === 'refused')),
  'a value that was not written yet': ({ writes }, read) =>
    valuesOf(writes.filter((write) => write.invokedMs > read.completedMs)),
  'a value that has expired': ({ writes }, read) =>
    valuesOf(writes.filter((write) => expiryOf(write) <= Math.floor(read.invokedMs))),
  'an older value than the process has shown or acknowledged': (history, read) => {
    const shown = shownBefore(history, read);
    return valuesOf(history.writes.filter((write) => shown.some((newer) => isOlder(write, newer))));
  },
  'a value that the process had, and then had not': (history, read) =>
    earlierAtProcess(history, read)
      .filter((empty) => empty.value === undefined)
      .flatMap((empty) => valuesOf(shownBefore(history, empty))),
  'nothing, although the process has shown or acknowledged a value and nothing newer can have expired': (
    history,
    read,
  ) => {
    const shown = shownBefore(history, read);
    const mayBeHeld = history.writes.filter((write) => !shown.some((newer) => isOlder(write, newer)));
    const held = shown.length > 0 && mayBeHeld.every((write) => expiryOf(write) > read.completedMs);
    return held ? [null] : [];
  },
};

describe('a single read that contradicts the others is found:', () => {
  for (const [name, corruption] of Object.entries(CORRUPTIONS)) {
    test.prop([commands(fc.constant(true), false), fc.nat(), fc.nat()], { numRuns: 300 })(
      name,
      (steps, whichRead, whichValue) => {
        const cluster = new RegisterCluster([0, 0, 0]);
        for (const step of steps) cluster.run(step);
        const corrupted = corrupt(cluster.operations, corruption, whichRead, whichValue);
        fc.pre(corrupted !== undefined);
        const found = checkHistory(corrupted.operations);
        expect(found.some((violation) => violation.operations.includes(corrupted.read))).toBe(true);
      },
    );
  }
});

/** The history with one read changed, where there is one to which the corruption applies. */
function corrupt(operations: readonly Operation[], corruption: Corruption, whichRead: number, whichValue: number) {
  const possible = operations.flatMap((read) => {
    if (read.kind !== 'read') return [];
    const values = corruption(known(operations, read.key), read);
    return values.length === 0 ? [] : [{ read, values }];
  });
  const chosen = possible[whichRead % Math.max(1, possible.length)];
  const value = chosen?.values[whichValue % chosen.values.length];
  if (chosen === undefined || value === undefined) return undefined;
  const read: ReadOperation = { ...chosen.read, value: value ?? undefined };
  return { read, operations: operations.map((operation) => (operation === chosen.read ? read : operation)) };
}

function known(operations: readonly Operation[], ofKey: string): Known {
  const reads = operations.filter((operation) => operation.kind === 'read' && operation.key === ofKey);
  const writes = operations.filter((operation) => operation.kind === 'write' && operation.key === ofKey);
  return { reads, writes } as Known;
}

function earlierAtProcess({ reads }: Known, read: ReadOperation): ReadOperation[] {
  return reads.filter((earlier) => earlier.node === read.node && earlier.completedMs < read.invokedMs);
}

/** What the process had shown or acknowledged by the time the read began. */
function shownBefore(history: Known, read: ReadOperation): WriteOperation[] {
  const values = new Set(earlierAtProcess(history, read).map((earlier) => earlier.value));
  return history.writes.filter((write) => {
    const acknowledged = write.outcome === 'quorum' || write.outcome === 'pending';
    const own = acknowledged && write.node === read.node && (write.completedMs ?? Infinity) < read.invokedMs;
    return own || values.has(write.value);
  });
}

function isOlder(a: WriteOperation, b: WriteOperation): boolean {
  const [x, y] = [a.version, b.version];
  if (x === undefined || y === undefined) return false;
  if (x.ms !== y.ms) return x.ms < y.ms;
  return x.logical !== y.logical ? x.logical < y.logical : x.origin < y.origin;
}

function expiryOf(write: WriteOperation): number {
  return write.outcome === 'refused' ? Infinity : (write.expiresAtMs ?? Infinity);
}

function valuesOf(writes: readonly WriteOperation[]): string[] {
  return writes.map((write) => write.value);
}
