import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_CLOCK_SKEW_MS } from '../../../../src/gossip/hybrid-clock.js';
import { MAX_TOMBSTONES, REMOVAL_MEMORY_MS, Tombstones } from '../../../../src/gossip/membership/tombstones.js';
import { MAX_TIMESTAMP_MS } from '../../../../src/gossip/wire/limits.js';
import type { Tombstone } from '../../../../src/gossip/wire/news.js';
import { infoOf } from '../../../support/gossip-bench.js';
import { ReadableMetrics } from '../../../support/ports.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

let clock: VirtualClock;
let metrics: ReadableMetrics;
let tombstones: Tombstones;

beforeEach(() => {
  clock = new VirtualClock();
  metrics = new ReadableMetrics();
  tombstones = new Tombstones({ clock, metrics });
});

/** A removal of `n` that bars it for another hour. */
function tombstoneOf(parts: Partial<Tombstone> = {}): Tombstone {
  const nowMs = clock.nowMs();
  return { id: 'n', incarnation: 5, removedAtMs: nowMs, expiresAtMs: nowMs + 3_600_000, by: 'a', ...parts };
}

const barred = (incarnation?: number) => tombstones.bars(infoOf('n', incarnation === undefined ? {} : { incarnation }));

describe('Tombstones', () => {
  it('BarWhateverIsAtOrBelowTheIncarnation_AndOlderNodesWord', () => {
    expect(barred(5)).toBe(false);
    expect(tombstones.set(tombstoneOf())).toBe('new');
    expect([barred(0), barred(4), barred(5), barred(6), barred()]).toEqual([true, true, true, false, true]);
    expect(tombstones.bars(infoOf('m', { incarnation: 1 }))).toBe(false);
  });

  it('RemovalOfAnOlderNode_BarsItUnderIncarnation0_AndNoNodeOfOurs', () => {
    tombstones.set(tombstoneOf({ incarnation: 0 }));
    expect([barred(), barred(0), barred(1)]).toEqual([true, true, false]);
  });

  it('ExpiredTombstone_BarsNothing_EvenBeforeItIsForgotten', () => {
    tombstones.set(tombstoneOf());
    clock.advance(3_600_000 - 1);
    expect([barred(5), barred()]).toEqual([true, true]);
    clock.advance(1);
    expect([barred(5), barred(), tombstones.get('n'), tombstones.all().length]).toEqual([false, false, undefined, 0]);
    expect(metrics.value('repram_tombstones')).toBe(1);
    tombstones.expire();
    expect(metrics.value('repram_tombstones')).toBe(0);
    expect(metrics.value('repram_tombstones_forgotten_early_total')).toBe(0);
  });

  it('ExpiredTombstoneOfALaterIncarnation_DoesNotStandInTheWay', () => {
    tombstones.set(tombstoneOf({ incarnation: 9 }));
    clock.advance(3_600_000);
    expect(tombstones.set(tombstoneOf({ incarnation: 5 }))).toBe('new');
    expect([barred(5), barred(9)]).toEqual([true, false]);
  });

  it('TombstoneOnItsWayForLongerThanItLasts_IsNotTakenUp', () => {
    expect(tombstones.set(tombstoneOf({ expiresAtMs: clock.nowMs() }))).toBe('expired');
    expect(tombstones.set(tombstoneOf({ expiresAtMs: 0 }))).toBe('expired');
    expect(tombstones.all()).toEqual([]);
  });

  it('ForgottenTombstone_GossipedBack_ExpiresWhenItWould_AndIsNotStartedAnew', () => {
    const tombstone = tombstoneOf();
    tombstones.set(tombstone);
    clock.advance(1_800_000);
    const other = new Tombstones({ clock, metrics: new ReadableMetrics() });
    expect(other.set(tombstone)).toBe('new');
    expect(other.get('n')).toEqual(tombstone);
    clock.advance(1_800_000);
    tombstones.expire();
    expect(tombstones.set(tombstone)).toBe('expired');
    expect(other.bars(infoOf('n'))).toBe(false);
  });

  it('ExpiryFarAhead_IsClamped_AWrongClockMustNotBarForYears', () => {
    expect(tombstones.set(tombstoneOf({ expiresAtMs: MAX_TIMESTAMP_MS }))).toBe('new');
    const latestMs = clock.nowMs() + REMOVAL_MEMORY_MS + MAX_CLOCK_SKEW_MS;
    expect(tombstones.get('n')).toEqual(tombstoneOf({ expiresAtMs: latestMs }));
    clock.advance(REMOVAL_MEMORY_MS + MAX_CLOCK_SKEW_MS);
    expect(barred()).toBe(false);
  });

  it('RemoverWhoseClockIsAhead_IsBelievedWithinTheSkew', () => {
    const tombstone = tombstoneOf({ expiresAtMs: clock.nowMs() + REMOVAL_MEMORY_MS + MAX_CLOCK_SKEW_MS });
    tombstones.set(tombstone);
    expect(tombstones.get('n')).toEqual(tombstone);
  });

  it('LaterIncarnationWins_OfEqualsTheLaterExpiry_AndTheRestIsNoNews', () => {
    const first = tombstoneOf();
    expect(tombstones.set(first)).toBe('new');
    expect(tombstones.set(first)).toBe('known');
    expect(tombstones.set({ ...first, incarnation: 4, expiresAtMs: first.expiresAtMs + 1 })).toBe('known');
    expect(tombstones.set({ ...first, expiresAtMs: first.expiresAtMs - 1 })).toBe('known');
    const longer = { ...first, expiresAtMs: first.expiresAtMs + 1 };
    expect(tombstones.set(longer)).toBe('new');
    expect(tombstones.all()).toEqual([longer]);
    const later = { ...first, incarnation: 6, expiresAtMs: first.expiresAtMs - 1 };
    expect(tombstones.set(later)).toBe('new');
    expect(tombstones.all()).toEqual([later]);
  });

  it('TooManyThatExpireTogether_AreForgottenAlike_InWhateverOrderTheyCame', () => {
    const other = new Tombstones({ clock, metrics: new ReadableMetrics() });
    const all = Array.from({ length: MAX_TOMBSTONES + 1 }, (_, n) => tombstoneOf({ id: `n${n}` }));
    for (const tombstone of all) tombstones.set(tombstone);
    for (const tombstone of all.toReversed()) other.set(tombstone);
    expect(tombstones.get('n0')).toBeUndefined();
    expect(other.get('n0')).toBeUndefined();
    expect(other.all()).toHaveLength(MAX_TOMBSTONES);
  });

  it('TooMany_ForgetTheOneThatExpiresFirst_AndCountIt', () => {
    const nth = (n: number) => tombstoneOf({ id: `n${n}`, expiresAtMs: clock.nowMs() + 1000 + n });
    for (let n = 1; n <= MAX_TOMBSTONES; n++) expect(tombstones.set(nth(n))).toBe('new');
    expect(tombstones.set(nth(0))).toBe('refused');
    expect(tombstones.get('n0')).toBeUndefined();
    expect(tombstones.set(nth(MAX_TOMBSTONES + 1))).toBe('new');
    expect(tombstones.get('n1')).toBeUndefined();
    expect(tombstones.set({ ...nth(2), incarnation: 6 })).toBe('new');
    expect(tombstones.all()).toHaveLength(MAX_TOMBSTONES);
    expect(metrics.value('repram_tombstones_forgotten_early_total')).toBe(2);
  });
});
