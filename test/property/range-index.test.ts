import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { BRANCHES, EntryHash, LEAVES_PER_BRANCH, leafOf } from '../../src/gossip/repair/key-space.js';
import { MemoryStore } from '../../src/node/store/memory-store.js';
import { entry } from '../support/entries.js';
import { ReadableMetrics, RecordingLog } from '../support/ports.js';
import { VirtualClock } from '../support/virtual-clock.js';

const writes = fc.array(
  fc.record({
    key: fc.oneof(fc.constantFrom('a', 'b', 'c', 'd'), fc.string({ unit: 'binary', minLength: 1, maxLength: 8 })),
    age: fc.integer({ min: 0, max: 5 }),
    ttlSeconds: fc.integer({ min: 1, max: 20 }),
    pauseMs: fc.integer({ min: 0, max: 3000 }),
  }),
  { maxLength: 60 },
);

describe('the digests that are kept', () => {
  test.prop([writes])('are those of what is held, whatever was written, overwritten and expired', (steps) => {
    const clock = new VirtualClock();
    const store = new MemoryStore({ clock, metrics: new ReadableMetrics(), log: new RecordingLog() }, { maxBytes: 0 });
    const keys = new Set<string>();
    for (const { key, age, ttlSeconds, pauseMs } of steps) {
      keys.add(key);
      store.put(
        entry(clock.nowMs(), { key, ttlSeconds, version: { ms: 1e12 + age, logical: age, origin: `n${age}` } }),
      );
      clock.advance(pauseMs);
    }
    // What expires within the running second stays in the digests: they are exact when a second begins.
    clock.advance(999 - (clock.nowMs() % 1000));
    const expected = new Uint32Array(2 * BRANCHES * LEAVES_PER_BRANCH);
    const hash = new EntryHash();
    const held = [...keys].flatMap((key) => store.get(key) ?? []);
    clock.advance(1);
    for (const { key, version } of held) {
      const { leaf, high, low } = hash.take(key).mix(version.ms, version.logical, version.origin);
      expected[2 * leaf] = (expected[2 * leaf] ?? 0) ^ high;
      expected[2 * leaf + 1] = (expected[2 * leaf + 1] ?? 0) ^ low;
    }
    for (let branch = 0; branch < BRANCHES; branch++) {
      const part = expected.subarray(2 * branch * LEAVES_PER_BRANCH, 2 * (branch + 1) * LEAVES_PER_BRANCH);
      if (!part.some((half) => half !== 0) && branch % 16 !== 0) continue;
      expect(halves(store.inventory.leaves([branch]))).toEqual([...part]);
      expect(halves(store.inventory.branches()).slice(2 * branch, 2 * branch + 2)).toEqual(folded(part));
    }
    expect(halves(store.inventory.root())).toEqual(folded(expected));
    const live = held.filter(({ expiresAtMs }) => expiresAtMs > clock.nowMs());
    for (const { key } of live) expect(store.inventory.entries(leafOf(key)).map((found) => found.key)).toContain(key);
  });
});

function halves(digests: Uint8Array): number[] {
  const view = new DataView(digests.buffer, digests.byteOffset, digests.byteLength);
  return Array.from({ length: digests.byteLength / 4 }, (_, at) => view.getUint32(4 * at));
}

function folded(digests: Uint32Array): number[] {
  const sum = [0, 0];
  for (const [at, half] of digests.entries()) sum[at % 2] = ((sum[at % 2] ?? 0) ^ half) >>> 0;
  return sum;
}
