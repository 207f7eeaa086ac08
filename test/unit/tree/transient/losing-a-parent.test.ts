import { beforeEach, describe, expect, it } from 'vitest';
import { BRIEF_MS, MAX_BRIEF } from '../../../../src/tree/transient/attachment.js';
import { PING_PERIOD_MS, SILENCE_MS } from '../../../../src/tree/transient/heartbeat.js';
import { candidate, type FakeSubstrate, TransientBench } from '../../../support/transient-bench.js';
import { settle } from '../../../support/virtual-clock.js';

describe('Transient, losing its parent', () => {
  let bench: TransientBench;
  let a: FakeSubstrate;

  beforeEach(async () => {
    bench = new TransientBench(['a']);
    a = bench.at('a', { members: [candidate('b')] });
    await bench.start();
    await bench.clock.run(60_000);
    bench.changes.length = 0;
  });

  it.each<[string, (parent: FakeSubstrate) => void, string]>([
    ['closes', (parent) => parent.link.end(), 'closed'],
    ['closes in order', (parent) => parent.link.end(1001), 'closed'],
    ['sends what cannot be read', (parent) => parent.link.deliver('?'), 'unreadable'],
    ['sends what is wrongly signed', (parent) => parent.link.deliver('!'), 'unreadable'],
  ])('is attached to another at once when its parent %s', async (_name, lose, cause) => {
    bench.at('b');
    const nowMs = bench.clock.monotonicMs();
    lose(a);
    await settle();
    expect([bench.state, bench.parentId, bench.clock.monotonicMs()]).toEqual(['attached', 'b', nowMs]);
    expect(a.openLinks).toEqual([]);
    expect(bench.changes).toMatchObject([
      { kind: 'detached', cause, parent: { id: 'a' } },
      { kind: 'attached', cause, parent: { id: 'b' }, durationMs: 0 },
    ]);
    expect(bench.transient.status.reattachments).toEqual({
      counts: { closed: 0, silent: 0, unreadable: 0, goodbye: 0, homeward: 0, [cause]: 1 },
      last: { cause, durationMs: 0, atMs: bench.clock.nowMs() },
    });
    expect(bench.metrics.observations('repram_tree_reattach_seconds', { cause })).toEqual([0]);
  });

  it('comes back to the same parent where there is no other', async () => {
    a.link.end();
    await settle();
    expect([bench.state, a.links.length]).toEqual(['attached', 2]);
  });

  it('comes back to an older parent that only a goodbye had named', async () => {
    bench = new TransientBench(['x']);
    bench.at('x', { onHello: 'goodbye', alternatives: [candidate('old')] });
    const old = bench.at('old', { isOurs: false, codec: 'json' });
    await bench.start();
    bench.at('x').reach = 'refused';
    old.link.end();
    await settle();
    expect([bench.parentId, old.links.length]).toEqual(['old', 2]);
  });

  it('counts the time until another is found', async () => {
    a.reach = 'refused';
    const lostMs = bench.clock.monotonicMs();
    a.link.end();
    await bench.clock.run(100_000);
    expect([bench.state, bench.parentId]).toEqual(['detached', undefined]);
    a.reach = 'open';
    await bench.clock.run(60_000);
    const { last } = bench.transient.status.reattachments;
    expect(last?.durationMs).toBeGreaterThan(100_000);
    const startMs = bench.clock.nowMs() - bench.clock.monotonicMs();
    expect(lostMs + (last?.durationMs ?? 0)).toBeCloseTo((last?.atMs ?? 0) - startMs, 1);
  });

  describe('heartbeat', () => {
    it('pings every 5 s', async () => {
      const { pings } = a.link;
      await bench.clock.run(4 * PING_PERIOD_MS);
      expect(a.link.pings - pings).toBe(4);
    });

    it('ends a socket on which no byte has come in for 10 s, and is attached anew at once', async () => {
      a.link.answersPings = false;
      a.view(1);
      const first = a.link;
      await bench.clock.run(SILENCE_MS - 1000);
      expect([bench.state, first.isOpen]).toEqual(['attached', true]);
      await bench.clock.run(2000);
      expect(first.isTerminated).toBe(true);
      expect([bench.state, a.links.length]).toEqual(['attached', 2]);
      expect(bench.transient.status.reattachments.last?.cause).toBe('silent');
    });

    it('keeps a parent of which any byte comes in, be it part of a frame', async () => {
      a.link.answersPings = false;
      for (let s = 0; s < 60; s += 9) {
        a.link.deliverBytes(1);
        await bench.clock.run(9000);
      }
      expect([bench.state, a.links.length]).toEqual(['attached', 1]);
    });

    it('does not take what it writes itself for a sign of life', async () => {
      a.link.answersPings = false;
      for (let s = 0; s < 12; s++) {
        bench.write(`k${s}`);
        await bench.clock.run(1000);
      }
      expect(a.links).toHaveLength(2);
    });
  });

  it('waits before the next search where one parent after another lets it go', async () => {
    const attached: number[] = [];
    bench.transient.subscribe(({ kind }) => {
      if (kind !== 'attached') return;
      attached.push(bench.clock.monotonicMs());
      queueMicrotask(() => a.link.end());
    });
    bench.at('b', { reach: 'refused' });
    a.link.end();
    await bench.clock.run(600_000);
    expect(attached.slice(0, MAX_BRIEF + 1).every((ms) => ms === attached[0])).toBe(true);
    expect(attached.length).toBeLessThan(60);
  });

  it('does not wait once a parent has lasted', async () => {
    for (let i = 0; i < 10; i++) {
      a.link.end();
      await settle();
      expect(bench.state).toBe('attached');
      await bench.clock.run(BRIEF_MS);
    }
  });

  it('answers a ping', () => {
    a.say({ type: 'ping', message: { type: 'PING', from: 'a', timestampS: 1, messageId: 'p1', to: 'child' } });
    const timestampS = Math.floor(bench.clock.nowMs() / 1000);
    expect(a.got('pong').map(({ message }) => message)).toEqual([
      { type: 'PONG', from: 'child', timestampS, messageId: 'p1', to: 'a' },
    ]);
  });

  it('ignores frames that mean nothing here', async () => {
    a.say({ type: 'answer', id: 99, status: 'ok', body: new Uint8Array(0) });
    a.say({ type: 'hello', nodeId: 'x', enclave: 'default', address: 'x', httpPort: 1, inbound: false });
    a.say(a.welcome());
    a.link.deliver('{"type":"unknown"}');
    await settle();
    expect([bench.state, a.links.length, bench.changes]).toEqual(['attached', 1, []]);
  });
});
