import { describe, expect, it } from 'vitest';
import { backoffMs, fullJitterMs } from '../../../../src/gossip/backoff.js';
import { fanOut, fanOutSize, forwards } from '../../../../src/gossip/replication/fan-out.js';
import { quorumSize, readQuorumSize } from '../../../../src/gossip/replication/quorum.js';
import { clampTtl } from '../../../../src/gossip/replication/ttl.js';
import { SeededRng } from '../../../support/ports.js';

describe('quorumSize', () => {
  it.each([
    // basis, replication, copies
    [1, 3, 1],
    [2, 3, 2],
    [3, 3, 2],
    [4, 3, 2],
    [100, 3, 2],
    [3, 1, 1],
    [2, 2, 2],
    [4, 4, 3],
    [4, 5, 3],
    [5, 5, 3],
    [7, 7, 4],
  ])('of %i nodes with replication %i is %i', (basis, replication, copies) => {
    expect(quorumSize(basis, replication)).toBe(copies);
  });
});

describe('readQuorumSize', () => {
  it.each([
    // basis, replication, copies
    [1, 3, 1],
    [2, 3, 2],
    [3, 3, 2],
    [4, 3, 3],
    [5, 3, 4],
    [5, 5, 3],
    [10, 3, 9],
    [3, 1, 3],
    [100, 100, 51],
  ])('of %i nodes with replication %i is %i', (basis, replication, copies) => {
    expect(readQuorumSize(basis, replication)).toBe(copies);
  });
});

describe('fanOutSize', () => {
  it.each([
    [0, 0, false],
    [1, 1, false],
    [10, 10, false],
    [11, 4, true],
    [16, 4, true],
    [17, 5, true],
    [100, 10, true],
    [101, 11, true],
  ])('of %i peers is %i, passed on: %s', (peers, size, passedOn) => {
    expect([fanOutSize(peers), forwards(peers)]).toEqual([size, passedOn]);
    const of = Array.from({ length: peers }, (_, i) => i);
    expect(new Set(fanOut(new SeededRng(1), of)).size).toBe(size);
  });
});

describe('clampTtl', () => {
  it.each([
    [0, 300],
    [299, 300],
    [300, 300],
    [3600, 3600],
    [86_400, 86_400],
    [86_401, 86_400],
    [2_147_483_647, 86_400],
  ])('of %i s is %i s', (asked, kept) => {
    expect(clampTtl(asked, { minSeconds: 300, maxSeconds: 86_400 })).toBe(kept);
  });
});

describe('backoffMs', () => {
  const options = { baseMs: 100, capMs: 2000 };
  it.each([
    [0, 50, 100],
    [1, 100, 200],
    [4, 800, 1600],
    [5, 1000, 2000],
    [1000, 1000, 2000],
  ])('before repetition %i lies in [%i, %i) ms', (attempt, fromMs, belowMs) => {
    const edges = [0, 1 - Number.EPSILON].map((drawn) => backoffMs({ next: () => drawn }, attempt, options));
    expect(edges[0]).toBe(fromMs);
    expect(edges[1]).toBeCloseTo(belowMs);
  });
});

describe('fullJitterMs', () => {
  it.each([
    [0, 250],
    [1, 500],
    [7, 32_000],
    [8, 60_000],
    [5000, 60_000],
  ])('attempt %d waits between nothing and %d ms', (attempt, mostMs) => {
    const options = { baseMs: 250, capMs: 60_000 };
    const edges = [0, 0.5, 1 - Number.EPSILON].map((drawn) => fullJitterMs({ next: () => drawn }, attempt, options));
    expect(edges.map(Math.round)).toEqual([0, mostMs / 2, mostMs]);
  });
});
