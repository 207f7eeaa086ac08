import { describe, expect, it } from 'vitest';
import { HistoryRecorder } from '../../../support/history/recorder.js';

const at = { node: 'a', instance: '1', key: 'k' };
const start = { ...at, value: 'v', ttlSeconds: 10 };

describe('HistoryRecorder', () => {
  const recording = () => {
    let nowMs = 0;
    return new HistoryRecorder(() => ++nowMs);
  };

  it('takes down a write from its start to its answer', () => {
    const recorder = recording();
    const write = recorder.beginWrite(start);
    const version = { ms: 1, logical: 0, origin: 'a' };
    write.end('quorum', { version, expiresAtMs: 10_001 });
    expect(recorder.operations).toEqual([
      { kind: 'write', ...start, invokedMs: 1, completedMs: 2, outcome: 'quorum', version, expiresAtMs: 10_001 },
    ]);
  });

  it('keeps a write that is never answered, since it may have happened', () => {
    const recorder = recording();
    recorder.beginWrite(start).learn({ expiresAtMs: 10_001 });
    expect(recorder.operations).toEqual([
      { kind: 'write', ...start, invokedMs: 1, outcome: 'unknown', expiresAtMs: 10_001 },
    ]);
  });

  it('forgets which process took a write where that proves doubtful', () => {
    const recorder = recording();
    recorder.beginWrite(start).end('pending', { instance: undefined });
    expect(recorder.operations).toEqual([
      { kind: 'write', ...start, instance: undefined, invokedMs: 1, completedMs: 2, outcome: 'pending' },
    ]);
  });

  it('takes down a read when it is answered, and leaves out one that is not', () => {
    const recorder = recording();
    recorder.beginRead(at);
    const read = recorder.beginRead(at);
    recorder.beginWrite(start);
    read.end(undefined);
    expect(recorder.operations.map((operation) => operation.kind)).toEqual(['write', 'read']);
    expect(recorder.operations[1]).toEqual({ kind: 'read', ...at, value: undefined, invokedMs: 2, completedMs: 4 });
  });
});
