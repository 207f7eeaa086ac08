import { describe, expect, it } from 'vitest';
import { MAX_NEWS_BYTES, MAX_NEWS_ITEMS, MAX_TIMESTAMP_MS } from '../../../../src/gossip/wire/limits.js';
import type { NodeInfo } from '../../../../src/gossip/wire/message.js';
import { type News, newsBytes, newsJson, readNews, readNewsList } from '../../../../src/gossip/wire/news.js';

const MAX = Number.MAX_SAFE_INTEGER;
const node = {
  id: 'n',
  address: '::1',
  port: 9090,
  http_port: 8080,
  enclave: 'e',
  x: { incarnation: 5, instance: 'ab' },
};
const suspect = { k: 'suspect', id: 'n', inc: 5, by: 'b', silent: 1200 };
const heard = { k: 'heard', id: 'n', inc: 5, silent: 7 };
const left = { k: 'left', id: 'n', inc: 5 };
const removed = { k: 'removed', id: 'n', inc: 5, at: 1000, until: 2000, by: 'b' };

const info: NodeInfo = {
  id: 'n',
  address: '::1',
  port: 9090,
  httpPort: 8080,
  enclave: 'e',
  extension: { incarnation: 5, instance: 'ab' },
};

describe('news on the wire', () => {
  it.each<[object, News]>([
    [
      { k: 'alive', n: { ...node, address: '[::1]' } },
      { kind: 'alive', info },
    ],
    [suspect, { kind: 'suspect', id: 'n', incarnation: 5, by: 'b', silentMs: 1200 }],
    [
      { ...suspect, k: 'dead' },
      { kind: 'dead', id: 'n', incarnation: 5, by: 'b', silentMs: 1200 },
    ],
    [heard, { kind: 'heard', id: 'n', incarnation: 5, silentMs: 7 }],
    [left, { kind: 'left', id: 'n', incarnation: 5 }],
    [
      removed,
      { kind: 'removed', tombstone: { id: 'n', incarnation: 5, removedAtMs: 1000, expiresAtMs: 2000, by: 'b' } },
    ],
  ])('%j reads as what it was written from, field by field', (json, news) => {
    expect(readNews(json)).toEqual(news);
    expect(JSON.stringify(newsJson(news))).toBe(JSON.stringify(json));
  });

  it('Incarnation0_IsWhatAnOlderNodeHas_AndIsRead', () => {
    expect(readNews({ ...suspect, inc: 0 })).toMatchObject({ incarnation: 0 });
    expect(readNews({ k: 'alive', n: { ...node, x: undefined } })).toMatchObject({ kind: 'alive' });
  });

  it.each([
    null,
    undefined,
    1,
    'suspect',
    [],
    [suspect],
    {},
    { ...suspect, k: undefined },
    { ...suspect, k: ['suspect'] },
    { ...suspect, k: 'rumour' },
    { ...suspect, k: '__proto__' },
    { ...suspect, k: 'toString' },
    { ...suspect, id: '' },
    { ...suspect, id: undefined },
    { ...suspect, id: 'i'.repeat(257) },
    { ...suspect, inc: undefined },
    { ...suspect, inc: -1 },
    { ...suspect, inc: 1.5 },
    { ...suspect, inc: '5' },
    { ...suspect, inc: MAX + 1 },
    { ...suspect, by: undefined },
    { ...suspect, by: {} },
    { ...suspect, silent: undefined },
    { ...suspect, silent: -1 },
    { ...suspect, silent: 0.5 },
    { ...heard, silent: null },
    { ...left, inc: true },
    { ...removed, at: -1 },
    { ...removed, until: '2000' },
    { ...removed, until: MAX_TIMESTAMP_MS + 1 },
    { ...removed, by: '' },
    { k: 'alive' },
    { k: 'alive', n: [] },
    { k: 'alive', n: { ...node, http_port: 0 } },
    { k: 'alive', n: { ...node, x: { incarnation: 5 } } },
  ])('MalformedOrUnknownItem_CostsItselfAlone: %j', (entry) => {
    expect(readNews(entry)).toBeUndefined();
    expect(readNewsList([heard, entry, left])).toEqual([readNews(heard), readNews(left)]);
  });

  it('MoreThanTheMostItems_AreNotRead', () => {
    const entries = Array.from({ length: MAX_NEWS_ITEMS + 1 }, (_, inc) => ({ ...left, inc }));
    expect(readNewsList(entries)).toEqual(entries.slice(0, MAX_NEWS_ITEMS).map(readNews));
  });

  it('LargestItem_StaysWithinItsBound_HoweverMuchJsonEscapes', () => {
    const quotes = '"'.repeat(256);
    const host = ['a'.repeat(63), 'b'.repeat(63), 'c'.repeat(63), 'd'.repeat(61)].join('.');
    const extension = { incarnation: MAX, instance: '"'.repeat(64) };
    const largest: readonly News[] = [
      {
        kind: 'alive',
        info: { id: quotes, address: host, port: 65_535, httpPort: 65_535, enclave: quotes, extension },
      },
      { kind: 'suspect', id: quotes, incarnation: MAX, by: quotes, silentMs: MAX },
      {
        kind: 'removed',
        tombstone: {
          id: quotes,
          incarnation: MAX,
          removedAtMs: MAX_TIMESTAMP_MS,
          expiresAtMs: MAX_TIMESTAMP_MS,
          by: quotes,
        },
      },
    ];
    for (const news of largest) {
      expect(readNews(newsJson(news))).toEqual(news);
      expect(newsBytes(news)).toBe(JSON.stringify(newsJson(news)).length);
      expect(newsBytes(news)).toBeLessThanOrEqual(MAX_NEWS_BYTES - 8);
    }
  });
});
