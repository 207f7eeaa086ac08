import { describe, expect, it } from 'vitest';
import {
  type DetectorTiming,
  expectedConfirmations,
  PROFILE_NAMES,
  PROFILES,
  silenceMs,
  tuned,
  volunteerChance,
} from '../../../../src/gossip/membership/timing.js';

const lan: DetectorTiming = { ...PROFILES.lan, silencePeriods: 9, maxSilencePeriods: 27 };

describe('silenceMs', () => {
  it.each([
    [0, 0, 9000],
    [0, 1, 27_000],
    [1, 1, 9000],
    [0, 3, 27_000],
    [1, 3, 18_000],
    [2, 3, 12_735],
    [3, 3, 9000],
    [8, 3, 9000],
  ])('with %i of %i confirmations is %i ms', (confirmations, expected, ms) => {
    expect(Math.round(silenceMs(lan, confirmations, expected))).toBe(ms);
  });

  it('is a number of periods, whatever these are', () => {
    const slow = tuned(lan, 4000, 1000);
    for (const confirmations of [0, 1, 2, 3]) {
      expect(silenceMs(slow, confirmations, 3)).toBeCloseTo(4 * silenceMs(lan, confirmations, 3), 6);
    }
  });
});

describe('expectedConfirmations', () => {
  it.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
    [999, 3],
  ])('of %i members that could confirm is %i', (able, expected) => {
    expect(expectedConfirmations(able)).toBe(expected);
  });
});

describe('volunteerChance', () => {
  it.each([
    [0, 1],
    [1, 1],
    [6, 1],
    [12, 0.5],
    [100, 0.06],
    [1000, 0.006],
  ])('of %i live members is %f each', (live, chance) => {
    expect(volunteerChance(live)).toBe(chance);
  });
});

describe('Profile', () => {
  it.each(PROFILE_NAMES)('%s leaves helpers as long as the member itself, and silence longer than doubt', (name) => {
    const { periodMs, timeoutMs, gossipIntervalMs, silencePeriods, maxSilencePeriods } = PROFILES[name];
    expect(timeoutMs).toBeLessThanOrEqual(periodMs / 2);
    expect(gossipIntervalMs).toBeLessThanOrEqual(periodMs / 5);
    expect(maxSilencePeriods).toBeGreaterThan(silencePeriods);
  });

  it.each<[string, number, number]>([
    ['longer period: news is told as often as before', 5000, 200],
    ['shorter period: news is told five times in each', 300, 60],
  ])('with a %s', (_name, periodMs, gossipIntervalMs) => {
    const expected: DetectorTiming = { ...lan, periodMs, timeoutMs: 100, gossipIntervalMs };
    expect(tuned(lan, periodMs, 100)).toEqual(expected);
  });
});
