import { beforeEach, describe, expect, it } from 'vitest';
import { SimProcess } from '../../../sim/world/process.js';
import { ProcessClock } from '../../../sim/world/process-clock.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

let world: VirtualClock;
let process: SimProcess;
let clock: ProcessClock;
let ran: string[];
let entries: number;

const mark = (what: string) => () => void ran.push(`${what} ${world.monotonicMs()}`);

beforeEach(() => {
  world = new VirtualClock();
  entries = 0;
  process = new SimProcess(world, () => void entries++);
  clock = new ProcessClock(world, { offsetMs: 0 }, process);
  ran = [];
});

describe('a process that runs', () => {
  it('runs timers and inputs at once, and says so before each', () => {
    process.input(() => ran.push(`input ${entries}`));
    process.timer(() => ran.push(`timer ${entries}`));
    expect(ran).toEqual(['input 1', 'timer 2']);
  });
});

describe('a process that is stalled', () => {
  it('runs nothing, and on resume the timers before what arrived before them', () => {
    clock.setTimer(30, mark('timer'));
    clock.setTimer(20, mark('earlier timer'));
    world.setTimer(10, () => process.input(mark('input')));
    process.stall(100);
    world.advance(99);
    expect([ran, entries, process.isStalled]).toEqual([[], 0, true]);
    world.advance(1);
    expect(ran).toEqual(['earlier timer 100', 'timer 100', 'input 100']);
    expect([entries, process.isStalled]).toEqual([3, false]);
  });

  it('runs no timer of its backlog that an earlier one of it cancels', () => {
    clock.setTimer(10, () => {
      ran.push('first');
      second.cancel();
    });
    const second = clock.setTimer(20, mark('second'));
    process.stall(50);
    world.advance(50);
    expect(ran).toEqual(['first']);
  });

  it('goes on when the last of the stalls that overlap ends', () => {
    process.input(mark('before'));
    process.stall(100);
    process.stall(10);
    world.advance(40);
    process.stall(80);
    process.input(mark('after'));
    world.advance(200);
    expect(ran).toEqual(['before 0', 'after 120']);
  });

  it('goes on when it is resumed, and the end of a former stall does not end the next', () => {
    process.stall(50);
    world.advance(10);
    process.resume();
    expect(process.isStalled).toBe(false);
    process.stall(1000);
    world.advance(500);
    expect(process.isStalled).toBe(true);
    world.advance(500);
    expect(process.isStalled).toBe(false);
  });

  it('keeps its backlog in order if it is stalled again before that has run', () => {
    process.stall(10);
    process.input(mark('first'));
    process.input(mark('second'));
    clock.setTimer(5, () => process.stall(10));
    world.advance(10);
    expect(ran).toEqual([]);
    world.advance(10);
    expect(ran).toEqual(['first 20', 'second 20']);
  });
});

describe('a process that has ended', () => {
  it('runs nothing any more, whether it was due, arrived, or waited for it', () => {
    clock.setTimer(10, mark('timer'));
    process.stall(5);
    process.input(mark('waiting input'));
    process.end();
    process.input(mark('input'));
    process.timer(mark('due timer'));
    process.resume();
    world.advance(100);
    expect([ran, entries, process.hasEnded, process.isStalled]).toEqual([[], 0, true, false]);
  });

  it('runs nothing of a backlog in which it ends', () => {
    process.stall(10);
    process.input(() => process.end());
    process.input(mark('input'));
    world.advance(10);
    expect([ran, process.hasEnded]).toEqual([[], true]);
  });

  it('cannot be stalled back to life', () => {
    process.end();
    process.stall(10);
    process.input(mark('input'));
    world.advance(10);
    expect([ran, process.hasEnded]).toEqual([[], true]);
  });
});
