import { beforeEach, describe, expect, it } from 'vitest';
import { FlapDamping, FORGIVEN_FLAPS, holdMs } from '../../../../src/gossip/membership/flap-damping.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

let clock: VirtualClock;
let damping: FlapDamping;

beforeEach(() => {
  clock = new VirtualClock();
  damping = new FlapDamping(clock);
});

function evict(): number {
  clock.advance(1);
  return clock.monotonicMs();
}

/** The member is evicted, and a second later shows that it lives. Whether it is listed. */
function flap(id = 'a'): boolean {
  const evictedMs = evict();
  clock.advance(1000);
  return damping.admits(id, evictedMs);
}

describe('FlapDamping', () => {
  it.each([
    [1, 0],
    [5, 0],
    [6, 5000],
    [7, 10_000],
    [8, 20_000],
    [9, 30_000],
    [60, 30_000],
  ])('holds a member back after its mistaken eviction number %i for %i ms', (count, ms) => {
    expect(holdMs(count)).toBe(ms);
  });

  it('SixthMistakenEviction_IsHeldBack', () => {
    for (let times = 0; times < FORGIVEN_FLAPS; times++) expect(flap()).toBe(true);
    const evictedMs = evict();
    expect(damping.admits('a', evictedMs)).toBe(false);
    clock.advance(4999);
    expect(damping.admits('a', evictedMs)).toBe(false);
    clock.advance(1);
    expect(damping.admits('a', evictedMs)).toBe(true);
  });

  it('SignsOfLife_OfOneEviction_AreOneFlap', () => {
    clock.advance(1);
    for (let signs = 0; signs < 10; signs++) expect(damping.admits('a', 1)).toBe(true);
    expect(flap()).toBe(true);
  });

  it('OtherMembers_AreNotHeldBack', () => {
    for (let times = 0; times <= FORGIVEN_FLAPS; times++) flap('a');
    expect(flap('b')).toBe(true);
  });

  it('QuietForFiveMinutes_IsForgiven', () => {
    for (let times = 0; times <= FORGIVEN_FLAPS; times++) flap();
    clock.advance(300_000);
    damping.prune();
    expect(flap()).toBe(true);
  });

  it('Pruned_ButNotQuietForLong_IsHeldBackAllTheSame', () => {
    for (let times = 0; times < FORGIVEN_FLAPS; times++) flap();
    clock.advance(290_000);
    damping.prune();
    expect(flap()).toBe(false);
  });
});
