import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { eventQuery } from '../../../../src/node/http/event-query.js';

function asked(query: string, lastEventId?: string) {
  const req = new IncomingMessage(new Socket());
  if (lastEventId !== undefined) req.headers['last-event-id'] = lastEventId;
  return eventQuery(req, query);
}

describe('eventQuery', () => {
  test.each([
    ['', undefined, undefined, undefined],
    ['kinds=joined,left&kinds=moved', undefined, ['joined', 'left', 'moved'], undefined],
    ['kinds=joined%2Cleft', undefined, ['joined', 'left'], undefined],
    ['since=7', undefined, undefined, 7],
    ['since=0', undefined, undefined, 0],
    // A browser comes back with the URL it began with.
    ['since=7', '9', undefined, 9],
  ])('%j with Last-Event-ID %j', (query, lastEventId, kinds, since) => {
    expect(asked(query, lastEventId)).toEqual({ ok: true, kinds: kinds && new Set(kinds), since });
  });

  test.each([
    ['kinds=', undefined, 'allowed: joined, returned, suspect, cleared, evicted, left, removed, moved,'],
    ['kinds=joined,', undefined, 'allowed: joined'],
    ['kinds=toString', undefined, 'allowed: joined'],
    ['since=', undefined, 'Invalid since'],
    ['since=-1', undefined, 'Invalid since'],
    ['since=1e3', undefined, 'Invalid since'],
    ['since=9999999999999999', undefined, 'Invalid since'],
    ['since=7', 'x', 'Invalid Last-Event-ID'],
  ])('%j with Last-Event-ID %j is refused', (query, lastEventId, fault) => {
    const answer = asked(query, lastEventId);
    expect(answer.ok ? '' : answer.fault).toContain(fault);
  });
});
