import { describe, expect, it } from 'vitest';
import {
  bucketCount,
  bucketsThatDiffer,
  digestOf,
  entriesIn,
  nodeEntry,
  tombstoneEntry,
} from '../../../../src/gossip/topology/view-digest.js';
import type { NodeInfo } from '../../../../src/gossip/wire/message.js';
import { infoOf } from '../../../support/gossip-bench.js';

const entryOf = (info: NodeInfo) => nodeEntry(info, info.id);
const entriesOf = (count: number) => Array.from({ length: count }, (_, i) => entryOf(infoOf(`n${i}`)));
const tombstone = { id: 'a', incarnation: 1, removedAtMs: 5, expiresAtMs: 6, by: 'b' };

describe('a digest of a view', () => {
  it.each([
    [0, 1],
    [8, 1],
    [9, 2],
    [100, 16],
    [1000, 128],
    [10_000, 128],
  ])('of %i entries has %i buckets', (entries, buckets) => {
    expect(bucketCount(entries)).toBe(buckets);
  });

  it.each<[string, Partial<NodeInfo>]>([
    ['incarnation', { extension: { incarnation: 2, instance: 'x' } }],
    ['instance', { extension: { incarnation: 1, instance: 'y' } }],
    ['host', { address: 'elsewhere.test' }],
    ['port', { httpPort: 81 }],
    ['lack of an extension', { extension: { incarnation: 0, instance: '-' } }],
  ])('is another with another %s of one node', (_what, change) => {
    const info = infoOf('a', { extension: { incarnation: 1, instance: 'x' } });
    expect(entryOf({ ...info, ...change }).mark).not.toBe(entryOf(info).mark);
    expect(entryOf({ ...info, ...change }).position).toBe(entryOf(info).position);
  });

  it('is the same whatever hearsay does not correct: gossip port and enclave', () => {
    expect(entryOf(infoOf('a', { port: 1, enclave: 'other' }))).toEqual(entryOf(infoOf('a')));
  });

  it('tells a removed node from a live one, in the same place', () => {
    const live = entryOf(infoOf('a', { incarnation: 1 }));
    expect(tombstoneEntry(tombstone).position).toBe(live.position);
    expect(tombstoneEntry(tombstone).mark).not.toBe(live.mark);
    expect(tombstoneEntry({ ...tombstone, incarnation: 2 }).mark).not.toBe(tombstoneEntry(tombstone).mark);
  });

  it('is the same for who gave a removal another expiry: clocks differ', () => {
    expect(tombstoneEntry({ ...tombstone, expiresAtMs: 9 }).mark).toBe(tombstoneEntry(tombstone).mark);
  });

  it('shows one node of a thousand that is missing in one bucket, which holds about eight', () => {
    const all = entriesOf(1000);
    const buckets = bucketsThatDiffer(digestOf(all.slice(1), 128), digestOf(all, 128));
    expect(buckets.filter(Boolean)).toHaveLength(1);
    const listed = entriesIn(all, buckets);
    expect(listed.map(({ item }) => item)).toContain('n0');
    expect(listed.length).toBeLessThan(25);
  });

  it('lists by position, so that a part in a row is whole buckets of any finer digest', () => {
    const all = entriesOf(200);
    const row = entriesIn(all, [true]).slice(50, 150);
    const differing = bucketsThatDiffer(digestOf(row, 32), digestOf(all, 32));
    const [first, last] = [row[0], row[99]].map((entry) => Math.floor(((entry?.position ?? 0) / 2 ** 32) * 32));
    for (let bucket = (first ?? 0) + 1; bucket < (last ?? 0); bucket++) expect(differing[bucket]).toBe(false);
    expect((last ?? 0) - (first ?? 0)).toBeGreaterThan(10);
  });
});
