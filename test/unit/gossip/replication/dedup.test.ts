import { beforeEach, describe, expect, it } from 'vitest';
import { DEDUP_WINDOW_MS, Dedup } from '../../../../src/gossip/replication/dedup.js';
import { ReadableMetrics } from '../../../support/ports.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

let clock: VirtualClock;
let metrics: ReadableMetrics;

beforeEach(() => {
  clock = new VirtualClock();
  metrics = new ReadableMetrics();
});

const early = () => metrics.value('repram_dedup_forgotten_early_total');

describe('Dedup', () => {
  it('takes an id once', () => {
    const dedup = new Dedup({ clock, metrics });
    expect([dedup.add('a'), dedup.add('a'), dedup.add('b')]).toEqual([true, false, true]);
  });

  it.each([0, 1, 10_000, 19_999, 20_000, 35_000])('keeps an id that came after %i ms for the whole window', (ms) => {
    const dedup = new Dedup({ clock, metrics });
    clock.advance(ms);
    dedup.add('a');
    for (let passedMs = 0; passedMs < DEDUP_WINDOW_MS - 1000; passedMs += 1000) {
      clock.advance(1000);
      dedup.add(`tick ${passedMs}`);
    }
    clock.advance(999);
    expect(dedup.add('a')).toBe(false);
  });

  it('forgets in the end, where messages come', () => {
    const dedup = new Dedup({ clock, metrics });
    dedup.add('a');
    for (let second = 0; second < 100; second++) {
      clock.advance(1000);
      dedup.add(`tick ${second}`);
    }
    expect([dedup.add('a'), early()]).toEqual([true, 0]);
  });

  it('takes an id again once it was removed', () => {
    const dedup = new Dedup({ clock, metrics });
    dedup.add('a');
    clock.advance(25_000);
    dedup.add('b');
    dedup.remove('a');
    expect([dedup.add('a'), dedup.add('b')]).toEqual([true, false]);
  });

  it('Flood_StaysWithinTheBound_AndEachEarlyForgettingIsCounted', () => {
    const dedup = new Dedup({ clock, metrics }, 100);
    for (let i = 0; i < 1000; i++) dedup.add(`id ${i}`);
    expect(metrics.value('repram_dedup_ids')).toBeLessThanOrEqual(100);
    expect(early() + metrics.value('repram_dedup_ids')).toBe(1000);
    expect(dedup.add('id 999')).toBe(false);
  });

  it('FloodThenQuiet_WhatGoesEarlyIsCounted_ThoughTimeDropsIt', () => {
    const dedup = new Dedup({ clock, metrics }, 8);
    for (let i = 0; i < 7; i++) dedup.add(`id ${i}`);
    clock.advance(20_000);
    dedup.add('later');
    expect([dedup.add('id 0'), early()]).toEqual([true, 2]);
  });
});
