import { afterEach, describe, expect, it } from 'vitest';
import { MAX_QUEUED_BYTES } from '../../../../src/tree/substrate/child-socket.js';
import { MAX_QUEUED_BYTES_OF_ALL } from '../../../../src/tree/substrate/send-queues.js';
import { putOf } from '../../../support/gossip-bench.js';
import { SubstrateBench } from '../../../support/substrate-bench.js';

let bench = new SubstrateBench();

afterEach(() => {
  bench.substrate.stop();
  bench = new SubstrateBench();
});

const PUT = putOf('member', 'm1');

describe('heartbeat', () => {
  it('PingsEveryFiveSeconds', () => {
    const link = bench.greet('child');
    bench.live(4000);
    expect(link.pings).toBe(0);
    bench.live(1000);
    expect(link.pings).toBe(1);
    bench.live(20_000);
    expect(link.pings).toBe(5);
  });

  it('SilentForTenSeconds_IsTerminated', () => {
    const link = bench.greet('child');
    bench.clock.advance(9999);
    expect(link.ending).toBeUndefined();
    bench.clock.advance(1);
    expect([link.ending, bench.ids]).toEqual([{ code: 'terminated', atMs: 10_000 }, []]);
    expect(bench.story).toEqual(['attached child admitted', 'detached child silent']);
  });

  it('IsCountedFromTheLastByte_WithinASecond', () => {
    const link = bench.greet('child');
    bench.clock.advance(7300);
    link.trickle();
    bench.clock.advance(9700);
    expect(link.ending).toBeUndefined();
    bench.clock.advance(1000);
    expect(link.ending).toEqual({ code: 'terminated', atMs: 18_000 });
  });

  it('BytesOfAFrameThatIsNotCompleteYet_AreLife', () => {
    const link = bench.greet('child');
    for (let i = 0; i < 10; i++) {
      bench.clock.advance(9000);
      link.trickle();
    }
    expect(bench.ids).toEqual(['child']);
  });

  it('WhatIsSentToIt_IsNoLife', () => {
    const link = bench.greet('child');
    for (let i = 0; i < 100; i++) {
      bench.substrate.spread(putOf('member', `m${i}`));
      bench.clock.advance(100);
    }
    expect(link.code).toBe('terminated');
  });

  it('ThatComesLateItself_HoldsNobodyForDead', () => {
    const link = bench.greet('child');
    bench.live(3000);
    bench.clock.standStill(30_000);
    bench.clock.advance(1000);
    expect(link.ending).toBeUndefined();
    bench.clock.advance(7000);
    expect(link.ending).toBeUndefined();
    bench.clock.advance(2000);
    expect(link.code).toBe('terminated');
  });

  it('StopsWithTheLastChild_AndBeginsWithTheNext', () => {
    bench.greet('child').end();
    expect(bench.clock.pendingTimers).toBe(0);
    const link = bench.greet('child');
    bench.clock.advance(10_000);
    expect(link.code).toBe('terminated');
  });

  it('OfSocketsThatAreNoChilds_IsTheWaitForTheirHello', () => {
    const link = bench.open();
    bench.greet('child');
    bench.clock.advance(4000);
    expect(link.ending).toBeUndefined();
    bench.clock.advance(1000);
    expect(link.code).toBe(1008);
  });
});

describe('a slow child', () => {
  it('IsSentWhatIsAtHand_AndEndedWithTheNext', () => {
    const link = bench.greet('child');
    link.bytesQueued = MAX_QUEUED_BYTES;
    bench.substrate.spread(PUT);
    expect([link.of('put').length, link.ending]).toEqual([1, undefined]);
    link.bytesQueued = MAX_QUEUED_BYTES + 1;
    bench.substrate.spread(putOf('member', 'm2'));
    expect(link.of('put')).toHaveLength(1);
    expect(link.of('goodbye')).toEqual([{ type: 'goodbye', reason: 'too slow', alternatives: [] }]);
    expect([link.code, bench.ids]).toEqual([1013, []]);
  });

  it('HarmsItselfOnly', () => {
    const [slow, ...others] = ['slow', 'a', 'b'].map((id) => bench.greet(id));
    if (slow !== undefined) slow.bytesQueued = MAX_QUEUED_BYTES + 1;
    bench.substrate.spread(PUT);
    expect([bench.ids, others.map((link) => link.of('put').length)]).toEqual([
      ['a', 'b'],
      [1, 1],
    ]);
  });

  it('ThatLeaves_IsTerminated', () => {
    const link = bench.greet('child');
    void bench.substrate.drain(5000);
    link.bytesQueued = MAX_QUEUED_BYTES + 1;
    bench.substrate.spread(PUT);
    expect(link.code).toBe('terminated');
  });

  it('ThatAsksAndDoesNotRead_IsEnded', () => {
    const link = bench.greet('child');
    link.bytesQueued = MAX_QUEUED_BYTES + 1;
    link.receive({ type: 'ask', id: 1, kind: 'replica', body: new Uint8Array() });
    expect([link.code, bench.ids]).toEqual([1013, []]);
  });

  it('OfMany_TheSlowestAreEnded_UntilTheRestAreWithinTheBound', () => {
    const each = 14 * 1024 * 1024;
    const links = Array.from({ length: 20 }, (_, i) => bench.greet(`child-${i}`));
    for (const [i, link] of links.entries()) link.bytesQueued = each + i;
    bench.substrate.spread(PUT);
    // 280 MiB are queued: 18 times 14 MiB are within 256 MiB, 19 times are not.
    expect(links.map((link) => link.code ?? 'open')).toEqual([...Array(18).fill('open'), 1013, 1013]);
    expect(bench.metrics.value('repram_tree_queues_relieved_total')).toBe(2);
    expect(bench.metrics.value('repram_tree_queued_bytes')).toBeLessThanOrEqual(MAX_QUEUED_BYTES_OF_ALL);
  });

  it('WithinBothBounds_IsLeftAlone', () => {
    const links = Array.from({ length: 16 }, (_, i) => bench.greet(`child-${i}`));
    for (const link of links) link.bytesQueued = MAX_QUEUED_BYTES;
    bench.substrate.spread(PUT);
    expect(bench.ids).toHaveLength(16);
  });
});
