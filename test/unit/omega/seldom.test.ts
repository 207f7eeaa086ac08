import { expect, it } from 'vitest';
import { seldom } from '../../../src/omega/seldom.js';
import { VirtualClock } from '../../support/virtual-clock.js';

it('acts at most once in the time given, and not right at the beginning', async () => {
  const clock = new VirtualClock();
  const acted: number[] = [];
  const act = seldom(clock, 1000, () => void acted.push(clock.monotonicMs()));
  for (let call = 0; call < 35; call += 1) {
    act();
    await clock.run(100);
  }
  expect(acted).toEqual([1000, 2000, 3000]);
});
