import { Encoder } from 'cbor-x/index-no-eval';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../../src/gossip/ports/store.js';
import { MAX_BATCH_BYTES } from '../../../../src/gossip/repair/batch.js';
import { decodeCbor, encodeCbor } from '../../../../src/gossip/wire/cbor.js';
import {
  MAX_KEY_BYTES,
  MAX_REPLICA_BYTES,
  MAX_REPLICA_ITEMS,
  MAX_REPLICA_VALUES,
  MAX_VALUE_BYTES,
} from '../../../../src/gossip/wire/limits.js';
import {
  decodeReplicaAnswer,
  decodeReplicaRequest,
  encodeReplicaAnswer,
  encodeReplicaRequest,
} from '../../../../src/gossip/wire/replica-codec.js';
import { entry } from '../../../support/entries.js';

const NOW_MS = 1_800_000_000_000;
const ORIGIN = { from: 'a', enclave: 'default', sentMs: NOW_MS };
const AUTHOR = { from: 'b', instance: '1', sentMs: NOW_MS };
const BOUNDS = { maxBytes: MAX_REPLICA_BYTES, maxValues: MAX_REPLICA_VALUES };
const lenient = new Encoder({ useRecords: false, variableMapSize: true, tagUint8Array: false });

function given(entries: readonly Entry[]): readonly Entry[] {
  const result = decodeReplicaRequest(encodeReplicaRequest({ op: 'give', ...ORIGIN, entries }));
  return result.ok && result.request.op === 'give' ? result.request.entries : [];
}

/** A question as it would be with one field of its first entry another. */
function spoiled(field: string, value: unknown): Uint8Array {
  const bytes = encodeReplicaRequest({ op: 'give', ...ORIGIN, entries: [entry(NOW_MS)] });
  const question = decodeCbor(bytes, BOUNDS) as { entries: Record<string, unknown>[] };
  for (const each of question.entries) each[field] = value;
  return lenient.encode(question);
}

describe('replica codec', () => {
  test('the largest value passes, as the last of a batch', () => {
    const full = entry(NOW_MS, { bytes: new Uint8Array(MAX_BATCH_BYTES) });
    const largest = entry(NOW_MS, { key: 'k'.repeat(MAX_KEY_BYTES), bytes: new Uint8Array(MAX_VALUE_BYTES).fill(7) });
    expect(given([full, largest]).map(({ bytes }) => bytes.byteLength)).toEqual([MAX_BATCH_BYTES, MAX_VALUE_BYTES]);
  });

  test('a decoded value keeps nothing alive but itself', () => {
    const entries = Array.from({ length: 100 }, (_, i) => entry(NOW_MS, { key: `k${i}`, text: `value ${i}` }));
    for (const { bytes } of given(entries)) expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
  });

  test('what was encoded is not overwritten by what is encoded next', () => {
    const encode = (text: string) => encodeReplicaAnswer({ op: 'read', ...AUTHOR, entry: entry(NOW_MS, { text }) });
    const first = encode('first');
    const before = Buffer.from(first).toString('hex');
    encode('other');
    expect(Buffer.from(first).toString('hex')).toBe(before);
  });

  test('a large answer takes memory for itself and not for four of its kind', () => {
    const bytes = encodeReplicaAnswer({
      op: 'read',
      ...AUTHOR,
      entry: entry(NOW_MS, { bytes: new Uint8Array(MAX_VALUE_BYTES) }),
    });
    expect(bytes.buffer.byteLength).toBeLessThan(bytes.byteLength + 16 * 1024);
  });

  test('a list with one item too many is refused', () => {
    const keys = Array.from({ length: MAX_REPLICA_ITEMS + 1 }, (_, i) => `k${i}`);
    const decode = (wanted: readonly string[]) =>
      decodeReplicaRequest(encodeReplicaRequest({ op: 'fetch', ...ORIGIN, keys: wanted })).ok;
    expect(decode(keys.slice(1))).toBe(true);
    expect(decode(keys)).toBe(false);
  });

  test.each([
    ['key', Buffer.alloc(0)],
    ['key', Buffer.alloc(MAX_KEY_BYTES + 1, 'k')],
    ['key', Buffer.from([0xff])],
    ['key', 'k'],
    ['data', 'text'],
    ['data', Buffer.alloc(MAX_VALUE_BYTES + 1)],
    ['ttl', 0],
    ['ttl', 1.5],
    ['ttl', 2 ** 31],
    ['expires', 1000],
    ['expires', 1e300],
    ['version', [NOW_MS, 0]],
    ['version', [NOW_MS, -1, Buffer.from('n')]],
    ['version', [NOW_MS, 0, Buffer.from('\n')]],
    ['version', [1e15, 0, Buffer.from('n')]],
  ])('an entry with a wrong %s is refused', (field, value) => {
    expect(decodeReplicaRequest(spoiled(field, value)).ok).toBe(false);
  });

  test('an entry with nothing wrong is taken', () => {
    expect(decodeReplicaRequest(spoiled('ttl', 600)).ok).toBe(true);
  });

  test.each([
    ['a date', new Date(0)],
    ['a big integer', 2n ** 60n],
    ['a pattern', /a/],
    ['nothing', null],
    ['a set', new Set([1])],
    ['a negative number', -1],
  ])('%s is refused before it is made', (_name, value) => {
    expect(decodeCbor(lenient.encode([value]), BOUNDS)).toBeUndefined();
  });

  test('items without end, and beyond the bounds, are refused', () => {
    const endless = Buffer.from([0x9f, 0x01, 0xff]);
    const nested = Buffer.alloc(100_000, 0x81);
    const promised = Buffer.from([0x9a, 0xff, 0xff, 0xff, 0xff, 0x01]);
    for (const bytes of [endless, nested, promised, Buffer.alloc(0)]) expect(decodeCbor(bytes, BOUNDS)).toBeUndefined();
    expect(decodeCbor(encodeCbor([1, 2, 3]), { maxBytes: 100, maxValues: 4 })).toEqual([1, 2, 3]);
    expect(decodeCbor(encodeCbor([1, 2, 3]), { maxBytes: 100, maxValues: 3 })).toBeUndefined();
    expect(decodeCbor(encodeCbor([1, 2, 3]), { maxBytes: 3, maxValues: 4 })).toBeUndefined();
  });

  test('an answer that says nothing of its author is none', () => {
    expect(decodeReplicaAnswer(encodeCbor({ op: 'give', taken: 1 }), 'give')).toBeUndefined();
  });
});
