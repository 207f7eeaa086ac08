import type { LoggedEvent } from '../world/event-log.js';

/**
 * What an event is about.
 *
 * - `faults`: processes that start and end, what the scenario does, what it waits for.
 * - `members`: what a node says of its peers, joining and leaving.
 * - `client`: reads, writes, and what is stored.
 * - `replication`: the messages that carry writes.
 * - `upkeep`: probes and syncs, which never stop.
 */
export const TOPICS = ['faults', 'members', 'client', 'replication', 'upkeep'] as const;
export type Topic = (typeof TOPICS)[number];

export const DEFAULT_TOPICS: readonly Topic[] = ['faults', 'members', 'client', 'replication'];

const OF_KIND: ReadonlyMap<string, Topic> = new Map([
  ['debug', 'members'],
  ['info', 'members'],
  ['warn', 'members'],
  ['error', 'members'],
  ['put', 'client'],
  ['get', 'client'],
  ['store', 'client'],
]);

const MESSAGE_KINDS: ReadonlySet<string> = new Set(['send', 'lost', 'take', 'done']);

const OF_MESSAGE: ReadonlyMap<string, Topic> = new Map([
  ['PING', 'upkeep'],
  ['PONG', 'upkeep'],
  ['SYNC', 'upkeep'],
  ['BOOTSTRAP', 'members'],
  ['LEAVE', 'members'],
]);

/** Kinds that no node writes are the scenario's. */
export function topicOf({ kind, text }: LoggedEvent): Topic {
  if (!MESSAGE_KINDS.has(kind)) return OF_KIND.get(kind) ?? 'faults';
  return OF_MESSAGE.get(text.split(' ', 2)[1] ?? '') ?? 'replication';
}

export interface EventFilter {
  readonly topics: readonly Topic[];
  /** Only events of this node; all where it is undefined. */
  readonly node: string | undefined;
  readonly fromMs: number;
  readonly toMs: number;
}

export function isShown(filter: EventFilter, event: LoggedEvent): boolean {
  if (event.atMs < filter.fromMs || event.atMs > filter.toMs) return false;
  if (filter.node !== undefined && event.node !== filter.node) return false;
  return filter.topics.includes(topicOf(event));
}
