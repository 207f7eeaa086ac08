import { beforeEach, describe, expect, test } from 'vitest';
import type { Message } from '../../../../src/gossip/wire/message.js';
import { AgeBound, TIME_HEADER } from '../../../../src/node/wire/age-bound.js';
import { infoOf, putOf } from '../../../support/gossip-bench.js';
import { ReadableMetrics, RecordingLog } from '../../../support/ports.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const MAX_AGE_MS = 300_000;
const PEER = { host: 'peer.test', port: 8080 };

let clock: VirtualClock;
let log: RecordingLog;
let metrics: ReadableMetrics;
let bound: AgeBound;
beforeEach(() => {
  clock = new VirtualClock();
  log = new RecordingLog();
  metrics = new ReadableMetrics();
  bound = new AgeBound({ clock, log, metrics }, { maxAgeMs: MAX_AGE_MS });
});

const base = (ageMs: number) => ({
  from: 'peer',
  timestampS: Math.floor((clock.nowMs() - ageMs) / 1000),
  messageId: 'm',
});
const ours = infoOf('peer', { incarnation: 1 });
const theirs = infoOf('peer');

describe('the bound', () => {
  test.each([
    [0, true],
    [MAX_AGE_MS, true],
    [-MAX_AGE_MS, true],
    [MAX_AGE_MS + 1, false],
    [-MAX_AGE_MS - 1, false],
  ])('a time %i ms ago counts: %s', (ageMs, expected) => {
    expect(bound.isFresh(clock.nowMs() - ageMs)).toBe(expected);
  });

  test('of 0 lets everything pass', () => {
    const off = new AgeBound({ clock, log, metrics }, { maxAgeMs: 0 });
    expect(off.admits({ type: 'LEAVE', ...base(1e9), incarnation: 1 })).toBe(true);
    expect(off.recognisesRefusal(PEER, '1')).toBe(false);
  });
});

describe('a message an hour old', () => {
  const HOUR_MS = 3_600_000;
  const bearing = (): readonly (readonly [Message, boolean])[] => {
    const dated = base(HOUR_MS);
    return [
      [putOf('peer', 'm', { timestampS: dated.timestampS, wantsReply: true }), true],
      [{ type: 'ACK', ...dated, to: 'self', key: 'k' }, true],
      [{ type: 'PING', ...dated, to: 'self' }, true],
      [{ type: 'PING', ...dated, to: 'self', nodeInfo: theirs }, true],
      [{ type: 'PING', ...dated, to: 'self', nodeInfo: ours }, false],
      [{ type: 'PONG', ...dated, to: 'self', nodeInfo: theirs }, true],
      [{ type: 'PONG', ...dated, to: 'self', nodeInfo: ours }, false],
      [{ type: 'SYNC', ...dated, nodeInfo: theirs }, true],
      [{ type: 'SYNC', ...dated, nodeInfo: ours }, false],
      [{ type: 'SYNC', ...dated, nodeInfo: theirs, news: [] }, false],
      [{ type: 'LEAVE', ...dated, incarnation: 1 }, false],
      [{ type: 'NEWS', ...dated, news: [] }, false],
      [{ type: 'PINGREQ', ...dated, to: 'x', timeoutMs: 500 }, false],
      [{ type: 'PINGACK', ...dated, to: 'self', acked: true }, false],
    ];
  };

  test('counts where its repetition does no harm or an older node says it, and else does not', () => {
    for (const [message, expected] of bearing()) expect([message, bound.admits(message)]).toEqual([message, expected]);
    const refused = bearing().filter(([, expected]) => !expected).length;
    expect(metrics.value('repram_stale_messages_total')).toBe(refused);
  });

  test('is no better for bearing no time at all', () => {
    expect(bound.admits({ type: 'LEAVE', ...base(0), timestampS: 0, incarnation: 1 })).toBe(false);
  });
});

describe('the operator', () => {
  test('is told by how much the clocks differ, once a minute', () => {
    for (let times = 0; times < 3; times++) bound.admitsFrom('peer', clock.nowMs() + 600_000);
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: expect.stringContaining('refused as stale'),
        fields: { peer: 'peer', aheadMs: 600_000, maxAgeMs: MAX_AGE_MS },
      },
    ]);
    expect(metrics.value('repram_stale_messages_total')).toBe(3);
  });

  test('is told again when a minute has passed', async () => {
    bound.admitsFrom('peer', 0);
    await clock.run(60_000);
    bound.admitsFrom('peer', 0);
    expect(log.messages('warn')).toHaveLength(2);
  });

  test('is told on the other side, too, by the time that comes with the refusal', () => {
    const ahead = new VirtualClock(clock.nowMs() + 400_000);
    const header = new AgeBound({ clock: ahead, log, metrics }, { maxAgeMs: MAX_AGE_MS }).refusalHeaders()[TIME_HEADER];
    expect(bound.recognisesRefusal(PEER, header)).toBe(true);
    expect(log.lines.map(({ fields }) => fields)).toEqual([
      { peer: 'peer.test:8080', aheadMs: 400_000, maxAgeMs: MAX_AGE_MS },
    ]);
  });

  test.each([undefined, '', 'soon', '-1', '1e3', '9'.repeat(16)])('is told nothing by the header %j', (header) => {
    expect(bound.recognisesRefusal(PEER, header)).toBe(false);
    expect(log.lines).toEqual([]);
  });
});
