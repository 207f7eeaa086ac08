import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_BATCH_BYTES } from '../../../../src/gossip/repair/batch.js';
import { LEAVES, leafOf } from '../../../../src/gossip/repair/key-space.js';
import { Replica } from '../../../support/replica.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const ALL = Array.from({ length: LEAVES }, (_, leaf) => leaf);

let replica: Replica;

beforeEach(() => {
  replica = new Replica(new VirtualClock());
});

/** All pages of an answer, as the keys of each. */
function pages(op: 'list' | 'pull', leaves: readonly number[] = ALL): readonly (readonly string[])[] {
  const found: string[][] = [];
  let cursor: string | undefined;
  do {
    const question = { op, leaves, ...(cursor !== undefined && { cursor }) } as const;
    const reply = replica.answers.answer(question);
    if (reply.op !== 'list' && reply.op !== 'pull') throw new Error('another answer');
    found.push((reply.op === 'list' ? reply.items : reply.entries).map(({ key }) => key));
    cursor = reply.cursor;
  } while (cursor !== undefined && found.length < 1000);
  return found;
}

describe.each(['list', 'pull'] as const)('the answer to %s', (op) => {
  it('comes in pages that hold each key once', () => {
    const keys = Array.from({ length: 6000 }, (_, i) => `k/${i}`);
    for (const key of keys) replica.put(key, { text: 'x'.repeat(100) });
    const found = pages(op);
    expect(found.length).toBeGreaterThan(1);
    expect(found.flat().sort()).toEqual(keys.sort());
  });

  it('is of the leaves asked for alone', () => {
    for (let i = 0; i < 100; i++) replica.put(`k/${i}`);
    expect(pages(op, [leafOf('k/7')]).flat()).toContain('k/7');
    expect(pages(op, [leafOf('k/7')]).flat()).not.toContain('k/8');
    expect(pages(op, [])).toEqual([[]]);
  });

  it('goes on where it ended though that entry has gone, and from the beginning after a strange cursor', () => {
    const keys: string[] = [];
    for (let i = 0; keys.length < 4; i++) if (leafOf(`k/${i}`) === leafOf('k/0')) keys.push(`k/${i}`);
    keys.sort();
    const [first = '', second = '', ...others] = keys;
    for (const key of keys) replica.put(key, { ttlSeconds: key === second ? 10 : 600 });
    replica.clock.advance(10_000);
    const behind = (cursor: string) => replica.answers.answer({ op: 'list', leaves: [leafOf(first)], cursor });
    const itemsOf = (reply: ReturnType<typeof behind>) =>
      reply.op === 'list' ? reply.items.map(({ key }) => key) : [];
    expect(itemsOf(behind(second))).toEqual(others);
    expect(itemsOf(behind('of another leaf'))).toEqual([first, ...others]);
  });
});

describe('the answer to fetch', () => {
  it('leaves out what is not held and what there is no room for', () => {
    replica.put('a', { text: 'x'.repeat(MAX_BATCH_BYTES) });
    replica.put('b');
    const keysOf = (keys: readonly string[]) => {
      const reply = replica.answers.answer({ op: 'fetch', keys });
      return reply.op === 'fetch' ? reply.entries.map(({ key }) => key) : undefined;
    };
    expect(keysOf(['gone', 'a', 'b'])).toEqual(['a']);
    expect(keysOf(['b', 'a'])).toEqual(['b']);
    expect(keysOf(['gone'])).toEqual([]);
  });
});
