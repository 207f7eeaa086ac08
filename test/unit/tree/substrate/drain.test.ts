import { afterEach, describe, expect, it } from 'vitest';
import { infoOf, putOf } from '../../../support/gossip-bench.js';
import { SubstrateBench } from '../../../support/substrate-bench.js';
import { settle } from '../../../support/virtual-clock.js';

let bench = new SubstrateBench();

afterEach(() => {
  bench.substrate.stop();
  expect(bench.clock.pendingTimers).toBe(0);
  bench = new SubstrateBench();
});

/** Begins to drain; `isOver` tells whether that has ended. */
function drain(timeoutMs = 10_000): { isOver: boolean } {
  const draining = { isOver: false };
  void bench.substrate.drain(timeoutMs).then(() => {
    draining.isOver = true;
  });
  return draining;
}

const MOVED = { type: 'goodbye', reason: 'moved', alternatives: [] } as const;

describe('drain', () => {
  it('WithoutChildren_IsOverAtOnce', async () => {
    const waiting = bench.open();
    const draining = drain();
    await settle();
    expect([draining.isOver, waiting.code]).toEqual([true, 1001]);
  });

  it('SaysGoodbyeWithAlternatives_AndIsOverWhenEveryChildHasGone', async () => {
    bench.mesh.members = [infoOf('a')];
    const links = ['one', 'two', 'three'].map((id) => bench.greet(id));
    const draining = drain();
    for (const link of links) {
      expect(link.of('goodbye').map(({ reason, alternatives }) => [reason, alternatives.map(({ id }) => id)])).toEqual([
        ['shutdown', ['a']],
      ]);
      expect(link.ending).toBeUndefined();
    }
    links[0]?.receive(MOVED);
    links[1]?.end();
    await settle();
    expect([draining.isOver, bench.ids, links[0]?.code]).toEqual([false, ['three'], 1000]);
    links[2]?.receive(MOVED);
    await settle();
    expect([draining.isOver, bench.ids, bench.clock.pendingTimers]).toEqual([true, [], 0]);
  });

  it('TimeOver_ClosesTheRest', async () => {
    const link = bench.greet('child');
    const draining = drain(3000);
    await bench.clock.run(2999);
    expect([draining.isOver, link.ending]).toEqual([false, undefined]);
    await bench.clock.run(1);
    expect([draining.isOver, link.ending]).toEqual([true, { code: 1001, atMs: 3000 }]);
    expect(bench.story.at(-1)).toBe('detached child drain-over');
  });

  it('ClosesChildrenOfAnotherImplementationAfterHalfASecond', async () => {
    const [foreign, ours] = [bench.greet('foreign', { foreign: true }), bench.greet('ours')];
    const draining = drain();
    expect(foreign.of('goodbye')[0]?.reason).toBe('shutdown');
    await bench.clock.run(499);
    expect(foreign.ending).toBeUndefined();
    await bench.clock.run(1);
    expect([foreign.ending, ours.ending, draining.isOver]).toEqual([{ code: 1001, atMs: 500 }, undefined, false]);
    ours.receive(MOVED);
    await settle();
    expect(draining.isOver).toBe(true);
  });

  it('NothingIsLost: what comes up and goes down meanwhile arrives', () => {
    const [child, sibling] = [bench.greet('child'), bench.greet('sibling')];
    drain();
    child.receive({ type: 'put', message: putOf('child', 'up') });
    bench.mesh.relayed[0]?.onAck({
      ...{ type: 'ACK', from: 'a', timestampS: 1, messageId: 'up', to: 'self', key: 'k' },
    });
    bench.substrate.spread(putOf('member', 'down'));
    expect(child.of('ack').map(({ message }) => message.from)).toEqual(['self', 'a']);
    expect(child.of('put').map(({ message }) => message.messageId)).toEqual(['down']);
    expect(sibling.of('put').map(({ message }) => message.messageId)).toEqual(['up', 'down']);
  });

  it('IgnoresOtherFramesMeanwhile', () => {
    const link = bench.greet('child');
    drain();
    const before = link.sent.length;
    link.receive({ type: 'ping', message: { type: 'PING', from: 'child', timestampS: 1, messageId: '', to: '' } });
    link.receive({ type: 'unknown' });
    expect([link.sent.length, link.ending]).toEqual([before, undefined]);
  });

  it('TakesNobody_AndSaysWhereElseToGo', () => {
    bench.mesh.members = [infoOf('a')];
    bench.greet('child');
    drain();
    expect(bench.substrate.room).toBe(0);
    for (const id of ['new', 'child']) {
      const link = bench.greet(id);
      expect(link.of('goodbye').map(({ reason, alternatives }) => [reason, alternatives.length])).toEqual([
        ['shutdown', 1],
      ]);
      expect(link.code).toBe(1000);
    }
    expect(bench.ids).toEqual(['child']);
  });

  it('EndsContests_WithoutAPlaceForTheChallenger', () => {
    const old = bench.greet('child');
    const challenger = bench.greet('child');
    drain();
    expect([challenger.code, old.of('goodbye').length]).toEqual([1001, 1]);
    old.end();
    expect([bench.ids, challenger.sent]).toEqual([[], []]);
  });

  it('TerminatesWhoFallsSilentMeanwhile', async () => {
    const link = bench.greet('child');
    const draining = drain(60_000);
    await bench.clock.run(10_000);
    expect([link.code, draining.isOver]).toEqual(['terminated', true]);
  });

  it('Twice_IsOneDrain', async () => {
    const link = bench.greet('child');
    const first = drain();
    const second = drain(1);
    await bench.clock.run(10);
    expect([link.of('goodbye').length, first.isOver, second.isOver, link.ending]).toEqual([1, false, false, undefined]);
    link.receive(MOVED);
    await settle();
    expect([first.isOver, second.isOver]).toEqual([true, true]);
  });

  it('ThatTheNodeStopsMeanwhile_IsOver', async () => {
    const link = bench.greet('child');
    const draining = drain();
    bench.substrate.stop();
    await settle();
    expect([draining.isOver, link.code]).toEqual([true, 1001]);
  });
});
