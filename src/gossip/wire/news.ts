import { FieldReader } from './field-reader.js';
import { isJsonObject } from './json.js';
import { MAX_NEWS_ITEMS, MAX_TIMESTAMP_MS } from './limits.js';
import type { NodeInfo } from './message.js';
import { nodeInfoJson, readNodeInfo } from './node-info.js';

/** That a node was removed on purpose. Times are wall-clock milliseconds. */
export interface Tombstone {
  readonly id: string;
  /** The highest incarnation it bars; 0 for a node that does not know the extension. */
  readonly incarnation: number;
  readonly removedAtMs: number;
  readonly expiresAtMs: number;
  /** Id of the node that the removal was asked of. */
  readonly by: string;
}

/**
 * What members tell each other of members (`x.news`). An incarnation of 0 stands for a node that does not know the
 * extension; `silentMs` is how long ago the node last gave a sign of life, at the time of sending.
 *
 * - `alive`: it speaks for itself, in this incarnation: a refutation, or a return.
 * - `suspect`, `dead`: `by` has probed it in vain, once or for good.
 * - `heard`: the latest sign of life that anybody had of a suspect.
 * - `left`: it said that it leaves.
 * - `removed`: it was removed on purpose.
 */
export type News =
  | { readonly kind: 'alive'; readonly info: NodeInfo }
  | {
      readonly kind: 'suspect' | 'dead';
      readonly id: string;
      readonly incarnation: number;
      readonly by: string;
      readonly silentMs: number;
    }
  | { readonly kind: 'heard'; readonly id: string; readonly incarnation: number; readonly silentMs: number }
  | { readonly kind: 'left'; readonly id: string; readonly incarnation: number }
  | { readonly kind: 'removed'; readonly tombstone: Tombstone };

/** Reads the news of a message, each item for itself: what is malformed, or unknown here, costs itself alone. Total. */
export function readNewsList(entries: readonly unknown[]): readonly News[] {
  return entries
    .slice(0, MAX_NEWS_ITEMS)
    .map(readNews)
    .filter((news) => news !== undefined);
}

/** `undefined` where the entry is malformed, or of a kind that only later versions know. Total. */
export function readNews(entry: unknown): News | undefined {
  if (!isJsonObject(entry)) return undefined;
  const kind = entry['k'];
  if (typeof kind !== 'string' || !isKnown(kind)) return undefined;
  const fields = new FieldReader(entry);
  const news = READERS[kind](fields);
  return fields.wrongField === undefined ? news : undefined;
}

/** News as JSON prints it. */
export function newsJson(news: News): Readonly<Record<string, unknown>> {
  switch (news.kind) {
    case 'alive':
      return { k: news.kind, n: nodeInfoJson(news.info) };
    case 'suspect':
    case 'dead':
      return { k: news.kind, id: news.id, inc: news.incarnation, by: news.by, silent: news.silentMs };
    case 'heard':
      return { k: news.kind, id: news.id, inc: news.incarnation, silent: news.silentMs };
    case 'left':
      return { k: news.kind, id: news.id, inc: news.incarnation };
    case 'removed':
      return { k: news.kind, ...tombstoneJson(news.tombstone) };
  }
}

/** Whom the news is about. */
export function subjectOf(news: News): { readonly id: string; readonly incarnation: number } {
  if (news.kind === 'removed') return news.tombstone;
  return news.kind === 'alive' ? { id: news.info.id, incarnation: news.info.extension?.incarnation ?? 0 } : news;
}

/** What the news takes in a message, in bytes. */
export function newsBytes(news: News): number {
  return Buffer.byteLength(JSON.stringify(newsJson(news)));
}

type Reader = (fields: FieldReader) => News | undefined;

const READERS = {
  alive: (fields) => {
    const info = fields.required('n', readNodeInfo);
    return info && { kind: 'alive', info };
  },
  suspect: (fields) => ({ kind: 'suspect', ...readClaim(fields) }),
  dead: (fields) => ({ kind: 'dead', ...readClaim(fields) }),
  heard: (fields) => ({ kind: 'heard', ...readSubject(fields), silentMs: readSilence(fields) }),
  left: (fields) => ({ kind: 'left', ...readSubject(fields) }),
  removed: (fields) => ({ kind: 'removed', tombstone: readTombstone(fields) }),
} as const satisfies Record<News['kind'], Reader>;

function isKnown(kind: string): kind is keyof typeof READERS {
  return Object.hasOwn(READERS, kind);
}

function readClaim(fields: FieldReader): { id: string; incarnation: number; by: string; silentMs: number } {
  return { ...readSubject(fields), by: fields.id('by'), silentMs: readSilence(fields) };
}

function readSubject(fields: FieldReader): { id: string; incarnation: number } {
  return { id: fields.id('id'), incarnation: fields.count('inc', Number.MAX_SAFE_INTEGER) };
}

function readSilence(fields: FieldReader): number {
  return fields.count('silent', Number.MAX_SAFE_INTEGER);
}

function readTombstone(fields: FieldReader): Tombstone {
  return {
    ...readSubject(fields),
    removedAtMs: fields.count('at', MAX_TIMESTAMP_MS),
    expiresAtMs: fields.count('until', MAX_TIMESTAMP_MS),
    by: fields.id('by'),
  };
}

function tombstoneJson(tombstone: Tombstone): Readonly<Record<string, unknown>> {
  return {
    id: tombstone.id,
    inc: tombstone.incarnation,
    at: tombstone.removedAtMs,
    until: tombstone.expiresAtMs,
    by: tombstone.by,
  };
}
