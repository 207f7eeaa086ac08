import type { IncomingMessage } from 'node:http';
import { isNodeEventKind, NODE_EVENT_KINDS, type NodeEventKind } from '../events/node-event.js';
import type { KindFilter } from './event-stream.js';

/** What a reader of events asks for. */
export type EventQuery =
  | { readonly ok: true; readonly kinds: KindFilter; readonly since: number | undefined }
  | { readonly ok: false; readonly fault: string };

const WHOLE = /^\d{1,15}$/;

/**
 * Reads `?kinds=a,b` and `?since=id`. `Last-Event-ID` goes before `since`: a reader that reconnects by itself repeats
 * the URL it began with.
 */
export function eventQuery(req: IncomingMessage, query: string): EventQuery {
  const search = new URLSearchParams(query);
  const given = search.getAll('kinds').flatMap((list) => list.split(','));
  if (!given.every(isNodeEventKind)) {
    return { ok: false, fault: `Unknown kind of event; allowed: ${NODE_EVENT_KINDS.join(', ')}` };
  }
  const header = req.headers['last-event-id'];
  const [name, position] = header === undefined ? ['since', search.get('since')] : ['Last-Event-ID', String(header)];
  if (position !== null && !WHOLE.test(position)) {
    return { ok: false, fault: `Invalid ${name}: it must be the id of an event, or 0 for all that are kept` };
  }
  const kinds = given.length === 0 ? undefined : new Set<NodeEventKind>(given);
  return { ok: true, kinds, since: position === null ? undefined : Number(position) };
}
