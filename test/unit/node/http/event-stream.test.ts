import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { EventStream, MAX_BACKLOG_BYTES } from '../../../../src/node/http/event-stream.js';

/** An answer without a connection: nothing that is written to it is ever read. */
function unread(): ServerResponse {
  const res = new ServerResponse(new IncomingMessage(new Socket()));
  res.writeHead(200);
  return res;
}

describe('EventStream', () => {
  it('AReaderThatReadsNothing_IsCutOffAtItsBound_AndOnlyOnce', () => {
    const res = unread();
    let slow = 0;
    const stream = new EventStream(res, undefined, Buffer.alloc(3 * MAX_BACKLOG_BYTES), () => slow++);
    const event = Buffer.alloc(MAX_BACKLOG_BYTES / 4);
    for (let i = 0; i < 3; i++) stream.offer('joined', event);
    expect([res.destroyed, slow]).toEqual([false, 0]);
    for (let i = 0; i < 100; i++) stream.offer('joined', event);
    expect([res.destroyed, slow]).toEqual([true, 1]);
    expect(res.writableLength).toBeLessThan(5 * MAX_BACKLOG_BYTES);
  });

  it('AReaderThatReadsNothing_IsCutOffAfterSomeHeartbeats_ThoughLittleHappens', () => {
    const res = unread();
    let slow = 0;
    const stream = new EventStream(res, undefined, Buffer.from('opening'), () => slow++);
    for (let beat = 0; beat < 3; beat++) stream.beat();
    expect(slow).toBe(0);
    for (let beat = 0; beat < 10; beat++) stream.beat();
    expect([res.destroyed, slow]).toEqual([true, 1]);
  });

  it('OnlyWhatIsWanted_IsSent', () => {
    const res = unread();
    const stream = new EventStream(res, new Set(['left'] as const), Buffer.from('opening'), () => undefined);
    const before = res.writableLength;
    stream.offer('joined', Buffer.from('joined'));
    expect(res.writableLength).toBe(before);
    stream.offer('left', Buffer.from('left'));
    expect(res.writableLength).toBeGreaterThan(before);
  });

  it('TheEnd_DoesNotWaitForAReaderThatIsBehind', () => {
    const res = unread();
    new EventStream(res, undefined, Buffer.from('opening'), () => undefined).end();
    expect(res.destroyed).toBe(true);
  });
});
