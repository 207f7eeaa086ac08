import { beforeEach, describe, expect, it } from 'vitest';
import { Bandwidth } from '../../../../src/gossip/repair/bandwidth.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const FOREVER = new AbortController().signal;
let clock: VirtualClock;

beforeEach(() => {
  clock = new VirtualClock();
});

/** How long taking `bytes` each time takes in all, in milliseconds. */
async function timeFor(bandwidth: Bandwidth, bytes: number, times: number): Promise<number> {
  const startMs = clock.monotonicMs();
  let doneMs: number | undefined;
  const taking = async (): Promise<void> => {
    for (let i = 0; i < times; i++) await bandwidth.take(bytes, FOREVER);
    doneMs = clock.monotonicMs();
  };
  void taking();
  while (doneMs === undefined) await clock.run(1);
  return doneMs - startMs;
}

describe('a bandwidth', () => {
  it('lets a tenth of a second pass at once, and then what it says', async () => {
    expect(await timeFor(new Bandwidth(clock, 1_000_000), 100_000, 1)).toBe(0);
    expect(await timeFor(new Bandwidth(clock, 1_000_000), 100_000, 11)).toBe(1000);
  });

  it('lets what is larger than all of it pass, and makes the next wait', async () => {
    const bandwidth = new Bandwidth(clock, 1000);
    expect(await timeFor(bandwidth, 10_000, 1)).toBe(9900);
  });

  it('saves up nothing beyond that tenth, however long nothing passes', async () => {
    const bandwidth = new Bandwidth(clock, 1_000_000);
    clock.advance(3_600_000);
    expect(await timeFor(bandwidth, 1_100_000, 1)).toBe(1000);
  });

  it('of 0 is none', async () => {
    const bandwidth = new Bandwidth(clock, 0);
    expect(await timeFor(bandwidth, 1e12, 100)).toBe(0);
    expect(bandwidth.isOpen).toBe(true);
  });

  it('is closed while there is a debt', () => {
    const bandwidth = new Bandwidth(clock, 1000);
    bandwidth.spend(1100);
    expect(bandwidth.isOpen).toBe(false);
    clock.advance(1000);
    expect(bandwidth.isOpen).toBe(true);
  });

  it('holds nobody who gives up', async () => {
    const giveUp = new AbortController();
    let done = false;
    void new Bandwidth(clock, 1).take(1e9, giveUp.signal).then(() => {
      done = true;
    });
    giveUp.abort();
    await clock.run(0);
    expect(done).toBe(true);
  });
});
