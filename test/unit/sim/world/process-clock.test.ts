import { beforeEach, describe, expect, it } from 'vitest';
import { SimProcess } from '../../../sim/world/process.js';
import { ProcessClock } from '../../../sim/world/process-clock.js';
import { VIRTUAL_START_MS, VirtualClock } from '../../../support/virtual-clock.js';

let world: VirtualClock;
let process: SimProcess;
let wall: { offsetMs: number };
let clock: ProcessClock;

beforeEach(() => {
  world = new VirtualClock();
  process = new SimProcess(world, () => undefined);
  wall = { offsetMs: 0 };
  clock = new ProcessClock(world, wall, process);
});

describe('the clock of a process', () => {
  it('shows the wall clock of its machine, in whole milliseconds, and moves with a jump of it', () => {
    world.advance(10.7);
    expect(clock.nowMs()).toBe(VIRTUAL_START_MS + 10);
    wall.offsetMs = -5000.5;
    expect(clock.nowMs()).toBe(VIRTUAL_START_MS + 10 - 5000);
  });

  it('keeps monotonic time and timers whatever becomes of the wall clock', () => {
    const fired: number[] = [];
    clock.setTimer(100, () => fired.push(clock.monotonicMs()));
    wall.offsetMs = 1_000_000;
    world.advance(99);
    wall.offsetMs = -1_000_000;
    world.advance(1);
    expect(fired).toEqual([100]);
  });

  it('is the same for two processes of one machine, and not for those of two', () => {
    const twin = new ProcessClock(world, wall, new SimProcess(world, () => undefined));
    const other = new ProcessClock(world, { offsetMs: 0 }, process);
    wall.offsetMs = 77;
    expect([twin.nowMs() - clock.nowMs(), clock.nowMs() - other.nowMs()]).toEqual([0, 77]);
  });

  it('leaves no timer behind that was cancelled', () => {
    const timer = clock.setTimer(10, () => expect.unreachable());
    timer.cancel();
    expect(world.pendingTimers).toBe(0);
    world.advance(10);
  });

  it('sleeps through a stall, and no longer', async () => {
    let wokeMs: number | undefined;
    void clock.sleep(10).then(() => {
      wokeMs = world.monotonicMs();
    });
    process.stall(500);
    await world.run(499);
    expect(wokeMs).toBeUndefined();
    await world.run(1);
    expect(wokeMs).toBe(500);
  });

  it('wakes at an abort, be it before the sleep or in it, and leaves no timer', async () => {
    const over = new AbortController();
    const slept = clock.sleep(1000, over.signal);
    over.abort();
    await slept;
    await clock.sleep(1000, over.signal);
    expect([world.pendingTimers, world.monotonicMs()]).toEqual([0, 0]);
  });

  it('never wakes a process that has ended', async () => {
    let woke = false;
    void clock.sleep(10).then(() => {
      woke = true;
    });
    process.end();
    await world.run(1000);
    expect(woke).toBe(false);
  });
});
