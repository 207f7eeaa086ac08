import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { EventLog, formatEvent, type LoggedEvent } from '../../../sim/world/event-log.js';

const SEND: LoggedEvent = { atMs: 12.34567, node: 'n1', kind: 'send', text: '#1 PING to 10.0.0.2:8080' };
const HEAL: LoggedEvent = { atMs: 20, node: '', kind: 'fault', text: 'heal' };

function logOf(...events: readonly LoggedEvent[]): EventLog {
  const log = new EventLog();
  for (const event of events) log.add(event);
  return log;
}

describe('the event log', () => {
  it('writes one line an event, to the microsecond', () => {
    expect(formatEvent(SEND)).toBe('12.346 n1 send #1 PING to 10.0.0.2:8080\n');
    expect(formatEvent(HEAL)).toBe('20.000 - fault heal\n');
  });

  it('digests exactly its lines', () => {
    const digest = createHash('sha256').update(formatEvent(SEND)).update(formatEvent(HEAL)).digest('hex');
    expect(logOf(SEND, HEAL).digest()).toBe(digest);
  });

  it.each<[string, readonly LoggedEvent[]]>([
    ['order', [HEAL, SEND]],
    ['one event less', [SEND]],
    ['time', [{ ...SEND, atMs: 12.347 }, HEAL]],
    ['node', [{ ...SEND, node: 'n2' }, HEAL]],
    ['kind', [{ ...SEND, kind: 'lost' }, HEAL]],
    ['text', [SEND, { ...HEAL, text: 'healed' }]],
  ])('has another digest where runs differ in %s', (_what, events) => {
    expect(logOf(...events).digest()).not.toBe(logOf(SEND, HEAL).digest());
  });

  it('may be digested on the way without changing the end', () => {
    const log = logOf(SEND);
    expect(log.digest()).toBe(logOf(SEND).digest());
    log.add(HEAL);
    expect(log.digest()).toBe(logOf(SEND, HEAL).digest());
  });

  it('keeps its events on demand alone, and tells a listener of each', () => {
    const heard: LoggedEvent[] = [];
    const kept = new EventLog({ keep: true, listener: (event) => void heard.push(event) });
    for (const event of [SEND, HEAL]) kept.add(event);
    expect([kept.events, heard, kept.count]).toEqual([[SEND, HEAL], [SEND, HEAL], 2]);
    const bare = logOf(SEND, HEAL);
    expect([bare.events, bare.count, bare.digest()]).toEqual([[], 2, kept.digest()]);
  });
});
