import { afterEach, expect, it, vi } from 'vitest';
import { MAX_UNORDERED } from '../../../../src/node/store/leaf-order.js';
import { StoredEntry } from '../../../../src/node/store/stored-entry.js';
import { keysOfLeafZero } from '../../../support/crafted-keys.js';
import { Replica } from '../../../support/replica.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

afterEach(() => {
  vi.restoreAllMocks();
});

function pull(replica: Replica): readonly (readonly string[])[] {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const reply = replica.answers.answer({ op: 'pull', leaves: [0], ...(cursor !== undefined && { cursor }) });
    if (reply.op !== 'pull') throw new Error('another answer');
    pages.push(reply.entries.map(({ key }) => key));
    cursor = reply.cursor;
  } while (cursor !== undefined && pages.length < 1000);
  return pages;
}

it('20,000 keys crafted to share a leaf are paged through without going over or sorting them again for each page', () => {
  const replica = new Replica(new VirtualClock());
  const keys = keysOfLeafZero(20_000);
  for (const key of keys) replica.put(key, { text: 'x'.repeat(50) });
  const visits = vi.spyOn(StoredEntry.prototype, 'isExpired');
  const sorts = vi.spyOn(Array.prototype, 'sort');
  const pages = pull(replica);
  const sorted = sorts.mock.contexts.map((array) => (array as readonly unknown[]).length);
  sorts.mockRestore();
  expect(pages.length).toBeGreaterThan(20);
  expect(pages.flat()).toEqual([...keys].sort());
  expect(visits.mock.calls.length).toBeLessThanOrEqual(keys.length + pages.length);
  expect(Math.max(0, ...sorted)).toBeLessThanOrEqual(MAX_UNORDERED);
});

it('a leaf gives the same in order while it grows large and shrinks again, whatever is replaced and expires', () => {
  const replica = new Replica(new VirtualClock());
  const inOrder = (): readonly string[] => [...replica.store.inventory.after(0, '')].map(({ key }) => key);
  const keys = keysOfLeafZero(2 * MAX_UNORDERED);
  const [short, long] = [keys.slice(MAX_UNORDERED / 4), keys.slice(0, MAX_UNORDERED / 4)];
  for (const key of keys) {
    replica.put(key, { text: 'first', ttlSeconds: 60 });
    if (long.includes(key)) replica.put(key, { text: 'second', agoMs: 4000 });
  }
  expect(inOrder()).toEqual([...keys].sort());
  replica.clock.advance(60_000);
  expect(inOrder()).toEqual([...long].sort());
  replica.store.inventory.root();
  expect(inOrder()).toEqual([...long].sort());
  for (const key of short) replica.put(key, { agoMs: 0 });
  expect(inOrder()).toEqual([...keys].sort());
  const cursor = [...keys].sort()[100] ?? '';
  expect([...replica.store.inventory.after(0, cursor)].map(({ key }) => key)).toEqual([...keys].sort().slice(101));
});
