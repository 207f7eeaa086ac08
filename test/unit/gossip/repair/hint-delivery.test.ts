import { beforeEach, describe, expect, it } from 'vitest';
import type { ReplicaOutcome } from '../../../../src/gossip/ports/transport.js';
import { RESEND_TO_OLDER_MS } from '../../../../src/gossip/repair/hint-delivery.js';
import type { ReplicaQuestion } from '../../../../src/gossip/replica/request.js';
import { answerOf, GossipBench, infoOf } from '../../../support/gossip-bench.js';

/** A value that is written while `b` does not take writes. */
const VALUE = () => Uint8Array.from(Buffer.from('value'));

let bench: GossipBench;
/** Whether `b` is deaf. */
let isDeaf: boolean;

function answerQuestions(): void {
  bench.transport.onAsk = (to, request): ReplicaOutcome => {
    if (isDeaf && to.host === 'b.test') return { kind: 'timeout' };
    const origin = { from: to.host.replace('.test', ''), instance: 'i', sentMs: bench.clock.nowMs() };
    const taken = request.op === 'give' ? request.entries.length : 0;
    return {
      kind: 'ok',
      answer: request.op === 'give' ? { op: 'give', taken, ...origin } : { op: 'digest', ...origin },
    };
  };
}

beforeEach(async () => {
  bench = new GossipBench();
  isDeaf = true;
  await bench.prove(infoOf('a', { incarnation: 1 }), infoOf('b', { incarnation: 1 }), infoOf('old'));
  bench.gossip.repair.start();
  bench.transport.onSend = (to, message) =>
    isDeaf && to.host !== 'a.test' && message.type === 'PUT' ? { kind: 'refused' } : answerOf(to, message);
  answerQuestions();
});

async function write(key: string, ttlSeconds = 600): Promise<void> {
  void bench.gossip.writer.write(key, VALUE(), ttlSeconds);
  await bench.clock.run(0);
}

type Give = ReplicaQuestion & { readonly op: 'give' };
const gives = (): readonly Give[] =>
  bench.transport.questions.flatMap(({ to, request }) =>
    to.host === 'b.test' && request.op === 'give' ? request : [],
  );
const keysGiven = () => gives().flatMap(({ entries }) => entries.map(({ key }) => key));
const value = (name: string) => bench.metrics.value(name);

describe('a write that a member did not take', () => {
  it('is given to it once it answers, and only once', async () => {
    await write('k');
    expect(value('repram_hints')).toBe(2);
    isDeaf = false;
    await bench.clock.run(5000);
    expect(keysGiven()).toEqual(['k']);
    expect([value('repram_hints'), value('repram_hints_delivered_total')]).toEqual([0, 2]);
  });

  it('is given though the request is under way yet, and not if it is taken late', async () => {
    const { transport, clock } = bench;
    transport.onSend = async (to, message) => {
      if (to.host === 'b.test' && message.type === 'PUT') await clock.sleep(message.key === 'slow' ? 4000 : 1010);
      return answerOf(to, message);
    };
    isDeaf = false;
    await write('slow');
    await write('late');
    await clock.run(3000);
    expect(keysGiven()).toEqual(['slow']);
    expect(value('repram_hints')).toBe(0);
  });

  it('is given as it is by then', async () => {
    await write('k');
    await bench.clock.run(10);
    await write('k');
    isDeaf = false;
    await bench.clock.run(5000);
    const [entry] = gives().flatMap(({ entries }) => entries);
    expect(entry?.version).toEqual(bench.store.get('k')?.version);
    expect(gives()).toHaveLength(1);
  });

  it('is tried ever more rarely while the member does not answer', async () => {
    await write('k');
    await bench.clock.run(300_000);
    const times = bench.transport.questions.flatMap(({ request, atMs }) => (request.op === 'give' ? atMs : []));
    const tries = new Set(times).size;
    expect(tries).toBeGreaterThan(8);
    expect(tries).toBeLessThan(25);
    isDeaf = false;
    await bench.clock.run(31_000);
    expect(value('repram_hints')).toBe(0);
  });

  it('is forgotten once it expires', async () => {
    await write('k', 300);
    isDeaf = false;
    bench.clock.jump(300_000);
    await bench.clock.run(5000);
    expect([keysGiven(), value('repram_hints')]).toEqual([[], 0]);
  });

  it('is forgotten when the member leaves, and counted', async () => {
    await write('k');
    bench.gossip.members.leave('b');
    expect([value('repram_hints'), value('repram_hints_dropped_total')]).toEqual([1, 1]);
  });

  it('waits for a member that is suspect or dead', async () => {
    await write('k');
    const before = gives().length;
    for (const atMs of [0, 1000, 2000]) {
      bench.gossip.members.strike('b', true);
      await bench.clock.run(atMs === 0 ? 900 : 1000);
    }
    expect(gives().length - before).toBe(0);
    expect(bench.member('b').state).not.toBe('alive');
    expect(value('repram_hints')).toBe(2);
  });
});

describe('an older node that did not take a write', () => {
  const resent = () => bench.transport.of('PUT', 'old.test');

  it('is sent the same message again: same id, same TTL', async () => {
    await write('k');
    isDeaf = false;
    await bench.clock.run(20_000);
    const [first, second, ...more] = resent();
    expect(second?.message.messageId).toBe(first?.message.messageId);
    expect([second?.message.ttlSeconds, more]).toEqual([600, []]);
    expect(bench.transport.questions.some(({ to }) => to.host === 'old.test')).toBe(false);
  });

  it('in the place of one of ours is sent the message again, too, and is given nothing', async () => {
    await write('k');
    bench.gossip.members.learn(infoOf('b'), 'direct');
    isDeaf = false;
    await bench.clock.run(20_000);
    const [first, second] = bench.transport.of('PUT', 'b.test');
    expect(second?.message.messageId).toBe(first?.message.messageId);
    expect(gives()).toEqual([]);
  });

  it('is not sent it again once others would take it for a new one', async () => {
    await write('k');
    await bench.clock.run(RESEND_TO_OLDER_MS + 31_000);
    const before = resent().length;
    isDeaf = false;
    await bench.clock.run(60_000);
    expect(resent()).toHaveLength(before);
    expect(value('repram_hints')).toBe(0);
  });

  it('is not sent what has been superseded: it would keep the older value', async () => {
    await write('k');
    await bench.clock.run(10);
    const held = bench.store.get('k');
    if (held === undefined) throw new Error('not held');
    bench.store.put({
      key: 'k',
      bytes: VALUE(),
      createdMs: held.createdMs,
      ttlSeconds: held.ttlSeconds,
      expiresAtMs: held.expiresAtMs,
      version: { ...held.version, ms: held.version.ms + 1, origin: 'a' },
    });
    const before = resent().length;
    isDeaf = false;
    await bench.clock.run(20_000);
    expect(resent()).toHaveLength(before);
  });
});
