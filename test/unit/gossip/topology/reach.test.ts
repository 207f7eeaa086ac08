import { beforeEach, describe, expect, it } from 'vitest';
import { FAILED_DIAL_BACKS, LEAST_DOUBT_MS, LONGEST_DOUBT_MS, Reach } from '../../../../src/gossip/topology/reach.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

describe('Reach', () => {
  let clock: VirtualClock;
  let heard: boolean[];
  let reach: Reach;
  beforeEach(() => {
    clock = new VirtualClock();
    heard = [];
    reach = new Reach(clock, (isReachable) => void heard.push(isReachable));
  });

  const fail = (times: number): void => {
    for (let i = 0; i < times; i++) reach.failed();
  };

  it('is known by one dial that got through, and said once', () => {
    fail(FAILED_DIAL_BACKS - 1);
    reach.dialled();
    reach.dialled();
    expect([heard, reach.isOpen, reach.isUnreachable]).toEqual([[true], false, false]);
  });

  it('is not denied by failures at one moment, however many: this machine may have stood still', async () => {
    fail(10 * FAILED_DIAL_BACKS);
    await clock.run(LEAST_DOUBT_MS - 1);
    reach.failed();
    expect([heard, reach.isOpen]).toEqual([[], true]);
    await clock.run(1);
    reach.failed();
    expect([heard, reach.isUnreachable]).toEqual([[false], true]);
  });

  it('is not denied by few failures, however long they take', async () => {
    for (let i = 1; i < FAILED_DIAL_BACKS; i++) {
      reach.failed();
      await clock.run(10 * LEAST_DOUBT_MS);
    }
    expect(reach.isOpen).toBe(true);
    reach.failed();
    expect(reach.isUnreachable).toBe(true);
  });

  it('stays as it was found', async () => {
    reach.dialled();
    for (let i = 0; i < FAILED_DIAL_BACKS; i++) {
      reach.failed();
      await clock.run(LEAST_DOUBT_MS);
    }
    expect(heard).toEqual([true]);
  });

  it('is waited for while it is in doubt, and not for ever', async () => {
    let settled = 0;
    const wait = (): void => void reach.settled().then(() => settled++);
    wait();
    await clock.run(0);
    expect(settled).toBe(1);
    reach.failed();
    wait();
    await clock.run(LONGEST_DOUBT_MS - 1);
    expect(settled).toBe(1);
    await clock.run(1);
    expect(settled).toBe(2);
    wait();
    await clock.run(1);
    reach.dialled();
    await clock.run(0);
    expect([settled, clock.pendingTimers]).toEqual([3, 0]);
  });
});
