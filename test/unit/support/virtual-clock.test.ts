import { describe, expect, it } from 'vitest';
import { settle, VirtualClock } from '../../support/virtual-clock.js';

describe('VirtualClock', () => {
  it('fires timers in order of time, then of setting, each at its own moment', () => {
    const clock = new VirtualClock(1000);
    const fired: [string, number][] = [];
    const note = (name: string) => () => void fired.push([name, clock.nowMs()]);
    for (const [name, ms] of [
      ['d', 30],
      ['a', 10],
      ['c', 20],
      ['b', 10],
      ['e', 31],
    ] as const)
      clock.setTimer(ms, note(name));
    clock.advance(30);
    expect(fired).toEqual([
      ['a', 1010],
      ['b', 1010],
      ['c', 1020],
      ['d', 1030],
    ]);
    expect(clock.pendingTimers).toBe(1);
  });

  it('runs timers that timers set within the same advance', () => {
    const clock = new VirtualClock();
    const ticks: number[] = [];
    const tick = (): void => {
      ticks.push(clock.monotonicMs());
      clock.setTimer(10, tick);
    };
    clock.setTimer(10, tick);
    clock.advance(35);
    expect(ticks).toEqual([10, 20, 30]);
  });

  it('does not fire a cancelled timer, and counts it once', () => {
    const clock = new VirtualClock();
    const timer = clock.setTimer(5, () => expect.unreachable());
    timer.cancel();
    timer.cancel();
    clock.advance(10);
    expect(clock.pendingTimers).toBe(0);
  });

  it('jumps the wall clock without moving timers', () => {
    const clock = new VirtualClock(5000);
    let fired = false;
    clock.setTimer(100, () => {
      fired = true;
    });
    clock.jump(1_000_000);
    clock.advance(99);
    expect([clock.nowMs(), clock.monotonicMs(), fired]).toEqual([1_005_099, 99, false]);
    clock.jump(-2_000_000);
    clock.advance(1);
    expect([clock.nowMs(), fired]).toEqual([-994_900, true]);
  });

  it('lets a loop of sleeps run under run()', async () => {
    const clock = new VirtualClock();
    let rounds = 0;
    void (async () => {
      for (;;) {
        await clock.sleep(10);
        rounds++;
      }
    })();
    await clock.run(100);
    expect(rounds).toBe(10);
  });

  it('ends a sleep at once when its signal aborts, before or during, and leaves no timer', async () => {
    const clock = new VirtualClock();
    const abort = new AbortController();
    let woken = 0;
    void clock.sleep(1000, abort.signal).then(() => woken++);
    abort.abort();
    void clock.sleep(1000, abort.signal).then(() => woken++);
    await settle();
    expect([woken, clock.pendingTimers]).toEqual([2, 0]);
  });

  it('keeps order with many timers', () => {
    const clock = new VirtualClock(0);
    const due = Array.from({ length: 500 }, (_, i) => (i * 7919) % 997);
    const fired: number[] = [];
    for (const ms of due) clock.setTimer(ms, () => void fired.push(ms));
    clock.advance(1000);
    expect(fired).toEqual([...due].sort((a, b) => a - b));
  });
});
