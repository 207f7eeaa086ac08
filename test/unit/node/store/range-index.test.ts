import { beforeEach, describe, expect, it } from 'vitest';
import {
  BRANCHES,
  DIGEST_BYTES,
  EntryHash,
  LEAVES,
  LEAVES_PER_BRANCH,
  leafOf,
} from '../../../../src/gossip/repair/key-space.js';
import { MemoryStore } from '../../../../src/node/store/memory-store.js';
import { RangeIndex } from '../../../../src/node/store/range-index.js';
import { entry } from '../../../support/entries.js';
import { ReadableMetrics, RecordingLog } from '../../../support/ports.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

let clock: VirtualClock;
let store: MemoryStore;

beforeEach(() => {
  clock = new VirtualClock();
  store = open();
});

function open(): MemoryStore {
  return new MemoryStore({ clock, metrics: new ReadableMetrics(), log: new RecordingLog() }, { maxBytes: 0 });
}

const put = (key: string, parts: Parameters<typeof entry>[1] = {}) =>
  store.put(entry(clock.nowMs(), { key, ...parts }));
const keysIn = (leaf: number) => store.inventory.entries(leaf).map(({ key }) => key);
const hex = (digest: Uint8Array) => Buffer.from(digest).toString('hex');
const NOTHING = '0'.repeat(2 * DIGEST_BYTES);

/** Keys of one leaf, so that the list of a leaf has more than one entry. */
function keysOfOneLeaf(count: number): readonly string[] {
  const keys: string[] = [];
  for (let i = 0; keys.length < count; i++) if (leafOf(`k/${i}`) === leafOf('k/0')) keys.push(`k/${i}`);
  return keys;
}

describe('the digests of a store', () => {
  it('are those of the protocol: nodes of other versions compute the same', () => {
    const hash = new EntryHash().take('naïve/☃').mix(1_795_215_340_123, 7, 'node-1');
    expect([hash.leaf, hash.high, hash.low]).toMatchInlineSnapshot(`
      [
        9214,
        433299649,
        2433926412,
      ]
    `);
    put('naïve/☃', { version: { ms: 1_795_215_340_123, logical: 7, origin: 'node-1' } });
    const digest = [hash.high, hash.low].map((half) => half.toString(16).padStart(8, '0')).join('');
    expect(hex(store.inventory.root())).toBe(digest);
  });

  it('tell every part of a version apart, and nothing else', () => {
    const version = { ms: 1_795_215_340_123, logical: 7, origin: 'node-1' };
    const rootOf = (parts: Parameters<typeof entry>[1]) => {
      store = open();
      put('key', parts);
      return hex(store.inventory.root());
    };
    const root = rootOf({ version });
    const others = [
      { version: { ...version, ms: version.ms + 2 ** 32 } },
      { version: { ...version, ms: version.ms + 1 } },
      { version: { ...version, logical: 8 } },
      { version: { ...version, origin: 'node-2' } },
      { version, key: 'kez' },
    ].map(rootOf);
    expect(new Set([root, ...others]).size).toBe(6);
    expect(rootOf({ version, text: 'other', ttlSeconds: 900 })).toBe(root);
  });

  it('of a branch and a leaf show where stores differ', () => {
    put('key');
    const leaf = leafOf('key');
    const branch = Math.floor(leaf / LEAVES_PER_BRANCH);
    const at = (digests: Uint8Array, index: number) => hex(digests.subarray(index * 8, index * 8 + 8));
    const root = hex(store.inventory.root());
    expect(at(store.inventory.branches(), branch)).toBe(root);
    expect(at(store.inventory.branches(), (branch + 1) % 256)).toBe(NOTHING);
    expect(at(store.inventory.leaves([branch]), leaf % LEAVES_PER_BRANCH)).toBe(root);
    expect(at(store.inventory.leaves([branch]), (leaf + 1) % LEAVES_PER_BRANCH)).toBe(NOTHING);
  });

  it('leave out what expired before the running second, unswept', () => {
    put('short', { ttlSeconds: 1 });
    clock.advance(1000 - (clock.nowMs() % 1000) + 1000);
    expect(hex(store.inventory.root())).toBe(NOTHING);
  });
});

describe('the digests of many leaves', () => {
  it('free what has expired once a question, however many branches it names: freeing holds up everything else', () => {
    let freed = 0;
    const index = new RangeIndex({ clock }, () => freed++);
    expect(index.leaves(Array.from({ length: BRANCHES }, (_, branch) => branch))).toHaveLength(LEAVES * DIGEST_BYTES);
    expect(freed).toBe(1);
  });

  it('come in the order of the branches that were named', () => {
    put('key');
    const branch = Math.floor(leafOf('key') / LEAVES_PER_BRANCH);
    const [alone, empty] = [store.inventory.leaves([branch]), store.inventory.leaves([(branch + 1) % BRANCHES])];
    expect(hex(store.inventory.leaves([branch, (branch + 1) % BRANCHES]))).toBe(hex(alone) + hex(empty));
    expect(hex(store.inventory.leaves([(branch + 1) % BRANCHES, branch]))).toBe(hex(empty) + hex(alone));
  });
});

describe('the entries of a leaf', () => {
  it('are found however they come and go, and in whatever order', () => {
    const keys = keysOfOneLeaf(4);
    const leaf = leafOf('k/0');
    for (const [at, key] of keys.entries()) put(key, { ttlSeconds: 10 + at });
    expect(keysIn(leaf).sort()).toEqual([...keys].sort());
    const [first = '', second = '', third = '', fourth = ''] = keys;
    put(third, { ttlSeconds: 5 });
    expect(keysIn(leaf).sort()).toEqual([...keys].sort());
    clock.advance(5000);
    expect(keysIn(leaf).sort()).toEqual([first, second, fourth].sort());
    clock.advance(5000);
    store.inventory.root();
    expect(keysIn(leaf).sort()).toEqual([second, fourth].sort());
    clock.advance(60_000);
    store.inventory.root();
    expect(keysIn(leaf)).toEqual([]);
    put(first);
    expect(keysIn(leaf)).toEqual([first]);
  });

  it('do not hold their former neighbours: a reader may hold one for long', () => {
    const [first = '', second = ''] = keysOfOneLeaf(2);
    put(first);
    put(second);
    const held = store.get(first);
    put(first);
    expect(held).toMatchObject({ leafPrevious: undefined, leafNext: undefined });
  });
});
