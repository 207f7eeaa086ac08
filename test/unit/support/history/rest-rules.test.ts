import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../support/history/operation.js';
import { codes, read, version, write } from './operations.js';

const b = { node: 'b', instance: '1' };
const c = { node: 'c', instance: '1' };
const complete = { nodes: ['a', 'b'], sinceMs: 100 };
const atRest = (...operations: Operation[]) => codes(operations, { complete });

describe('a cluster at rest', () => {
  it('answers alike on every node that should be complete', () => {
    const writes = [write('x', [0, 10], c), write('y', [5, 15], { node: 'd' })];
    expect(atRest(...writes, read('y', [100, 101]), read('y', [100, 101], b))).toEqual([]);
    expect(atRest(...writes, read('y', [100, 101]), read('x', [100, 101], b))).toEqual(['diverged']);
  });

  it('may answer with either of concurrent writes', () => {
    const writes = [write('x', [0, 10], c), write('y', [5, 15], { node: 'd' })];
    expect(atRest(...writes, read('x', [100, 101]), read('x', [100, 101], b))).toEqual([]);
  });

  it('does not answer with what an acknowledged write has superseded', () => {
    const writes = [write('old', [0, 1], c), write('new', [2, 3], c)];
    const stale = [read('old', [100, 101]), read('old', [100, 101], b)];
    expect(atRest(...writes, ...stale)).toEqual(['stale-at-rest', 'stale-at-rest']);
  });

  it('answers with the newest version, be it the earlier one in real time', () => {
    const writes = [write('ahead', [0, 1], { ...c, ...version(50) }), write('later', [2, 3], { ...c, ...version(3) })];
    expect(atRest(...writes, read('ahead', [100, 101]), read('ahead', [100, 101], b))).toEqual([]);
    const stale = [read('later', [100, 101]), read('later', [100, 101], b)];
    expect(atRest(...writes, ...stale)).toEqual(['stale-at-rest', 'stale-at-rest']);
  });

  it('lacks nothing that reached its quorum before it can have expired', () => {
    const v = write('v', [0, 1], c);
    expect(atRest(v, read('v', [100, 101]), read(undefined, [100, 101], b))).toEqual(['missing-at-rest']);
    expect(atRest(v, read(undefined, [9998, 9999]), read(undefined, [100, 10_000], b))).toEqual(['missing-at-rest']);
    expect(atRest(v, read(undefined, [10_000, 10_001]), read(undefined, [10_000, 10_001], b))).toEqual([]);
  });

  it('may lack what reached no quorum, but everywhere', () => {
    const v = write('v', [0, 1], { ...c, outcome: 'pending' });
    expect(atRest(v, read(undefined, [100, 101]), read(undefined, [100, 101], b))).toEqual([]);
    expect(atRest(v, read('v', [100, 101]), read(undefined, [100, 101], b))).toEqual(['diverged']);
    expect(atRest(v, read(undefined, [100, 101]), read('v', [100, 101], b))).toEqual(['diverged']);
  });

  it('may lose a value between the read at one node and the read at the next', () => {
    const v = write('v', [0, 1], { ...c, ttlSeconds: 1, expiresAtMs: 1000 });
    expect(atRest(v, read('v', [998, 999]), read(undefined, [999, 1000], b))).toEqual([]);
    expect(atRest(v, read('v', [900, 901]), read(undefined, [998, 999], b))).toEqual(['missing-at-rest']);
  });

  it('is not judged by reads before it was at rest, nor by nodes that need not be complete', () => {
    const v = write('v', [0, 1], c);
    const final = [read('v', [100, 101]), read('v', [100, 101], b)];
    expect(atRest(v, read(undefined, [99, 99], b), ...final)).toEqual([]);
    expect(atRest(v, read(undefined, [100, 101], c), ...final, read(undefined, [100, 101], { node: 'd' }))).toEqual([
      'lost',
    ]);
  });

  it('is not judged at all where a node that should be complete was not read', () => {
    expect(() => atRest(write('v', [0, 1], c), read('v', [100, 101]), read('v', [50, 51], b))).toThrow(
      new RangeError('not read at rest, since 100 ms: b'),
    );
  });
});
