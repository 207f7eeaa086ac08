import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { HybridClock, MAX_CLOCK_SKEW_MS } from '../../../src/gossip/hybrid-clock.js';
import { compareVersions, type Version } from '../../../src/gossip/version.js';
import { VIRTUAL_START_MS, VirtualClock } from '../../support/virtual-clock.js';

type Step = { readonly do: 'next' } | { readonly do: 'wait' | 'jump' | 'observe'; readonly ms: number };

const steps = fc.array(
  fc.oneof(
    fc.constant<Step>({ do: 'next' }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.nat(5000) }),
    fc.record({ do: fc.constant('jump' as const), ms: fc.integer({ min: -100_000, max: 100_000 }) }),
    fc.record({ do: fc.constant('observe' as const), ms: fc.integer({ min: -200_000, max: 200_000 }) }),
  ),
  { maxLength: 60 },
);

const beyond = (a: Version, b: Version) => compareVersions({ ...a, origin: '' }, { ...b, origin: '' }) > 0;

/** Shows the clock a version; what it has to stay above from then on. */
function follow(hybrid: HybridClock, ms: number, clock: VirtualClock, floor: Version): Version {
  const seen = { ms, logical: 3, origin: 'm' };
  hybrid.observe(seen);
  return ms <= clock.nowMs() + MAX_CLOCK_SKEW_MS && beyond(seen, floor) ? seen : floor;
}

describe('HybridClock', () => {
  test.prop([steps])('every reading is above all before it, and above all it followed', (all) => {
    const clock = new VirtualClock();
    const hybrid = new HybridClock(clock, 'n');
    let floor: Version = { ms: 0, logical: 0, origin: '' };
    for (const step of all) {
      if (step.do === 'wait') clock.advance(step.ms);
      if (step.do === 'jump') clock.jump(step.ms);
      if (step.do === 'observe') floor = follow(hybrid, clock.nowMs() + step.ms, clock, floor);
      if (step.do !== 'next') continue;
      const reading = hybrid.next();
      expect(beyond(reading, floor)).toBe(true);
      floor = reading;
    }
  });

  test.prop([steps])(
    'no reading runs ahead of the clock by more than the skew, where the clock is not set back',
    (all) => {
      const clock = new VirtualClock();
      const hybrid = new HybridClock(clock, 'n');
      for (const step of all) {
        if (step.do === 'wait' || step.do === 'jump') clock.advance(Math.abs(step.ms));
        if (step.do === 'observe') hybrid.observe({ ms: clock.nowMs() + step.ms, logical: 0, origin: 'm' });
        if (step.do === 'next') expect(hybrid.next().ms).toBeLessThanOrEqual(clock.nowMs() + MAX_CLOCK_SKEW_MS);
      }
    },
  );

  it('ClockSetBack_ReadingsGoOnRising', () => {
    const clock = new VirtualClock();
    const hybrid = new HybridClock(clock, 'n');
    const before = hybrid.next();
    clock.jump(-3_600_000);
    expect(hybrid.next()).toEqual({ ms: VIRTUAL_START_MS, logical: before.logical + 1, origin: 'n' });
  });

  it.each([
    [MAX_CLOCK_SKEW_MS, true],
    [MAX_CLOCK_SKEW_MS + 1, false],
  ])('a version %i ms ahead is followed: %s', (aheadMs, followed) => {
    const hybrid = new HybridClock(new VirtualClock(), 'n');
    hybrid.observe({ ms: VIRTUAL_START_MS + aheadMs, logical: 4, origin: 'm' });
    const expected = followed ? { ms: VIRTUAL_START_MS + aheadMs, logical: 5 } : { ms: VIRTUAL_START_MS, logical: 0 };
    expect(hybrid.next()).toMatchObject(expected);
  });
});
