import { beforeEach, describe, expect, it } from 'vitest';
import {
  MAX_CLAIMS,
  MAX_QUEUED_NEWS,
  NewsQueue,
  retransmitLimit,
} from '../../../../src/gossip/membership/news-queue.js';
import { FRESHER_BY_MS } from '../../../../src/gossip/membership/queued-news.js';
import { MAX_NEWS_BYTES } from '../../../../src/gossip/wire/limits.js';
import { type News, newsBytes } from '../../../../src/gossip/wire/news.js';
import { infoOf } from '../../../support/gossip-bench.js';
import { ReadableMetrics } from '../../../support/ports.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

let clock: VirtualClock;
let metrics: ReadableMetrics;
let live: number;
let queue: NewsQueue;

beforeEach(() => {
  clock = new VirtualClock();
  metrics = new ReadableMetrics();
  live = 10;
  queue = new NewsQueue({ clock, metrics }, { liveCount: () => live });
});

const alive = (incarnation = 5, id = 'n'): News => ({ kind: 'alive', info: infoOf(id, { incarnation }) });
const suspect = (by = 'a', incarnation = 5, silentMs = 0): News => ({
  kind: 'suspect',
  id: 'n',
  incarnation,
  by,
  silentMs,
});
const dead = (by = 'a', incarnation = 5): News => ({ kind: 'dead', id: 'n', incarnation, by, silentMs: 0 });
const heard = (silentMs = 0, incarnation = 5): News => ({ kind: 'heard', id: 'n', incarnation, silentMs });
const left = (incarnation = 5, id = 'n'): News => ({ kind: 'left', id, incarnation });
const removed = (incarnation = 5, expiresAtMs = 2000): News => ({
  kind: 'removed',
  tombstone: { id: 'n', incarnation, removedAtMs: 1000, expiresAtMs, by: 'a' },
});

const ROOM = 1_000_000;
const everything = (): readonly News[] => queue.take(MAX_QUEUED_NEWS, ROOM);
const one = (): News | undefined => queue.take(1, ROOM)[0];

describe('retransmitLimit', () => {
  it.each([
    [0, 0],
    [1, 2],
    [2, 2],
    [9, 4],
    [10, 5],
    [99, 8],
    [100, 9],
    [1000, 13],
    [9999, 16],
  ])('for %i nodes is %i, as memberlist computes it', (nodes, limit) => {
    expect(retransmitLimit(nodes)).toBe(limit);
  });
});

describe('NewsQueue', () => {
  it('EachItemIsToldAsOftenAsTheLimitSays_ThenForgotten', () => {
    queue.add(left());
    for (let told = 0; told < retransmitLimit(live); told++) expect(everything()).toEqual([left()]);
    expect(everything()).toEqual([]);
    expect(queue.isEmpty).toBe(true);
    expect(queue.add(left())).toBe(true);
  });

  it('LeastToldGoesFirst_OfEqualsTheNewest', () => {
    const [old, young, late] = [left(5, 'old'), left(5, 'young'), left(5, 'late')];
    queue.add(old);
    queue.add(young);
    expect([one(), one()]).toEqual([young, old]);
    queue.add(late);
    expect([one(), one(), one(), one(), one()]).toEqual([late, late, young, old, late]);
  });

  it('ItemThatDoesNotFit_WaitsAndDoesNotHoldUpOthers', () => {
    const large = left(5, 'l'.repeat(200));
    queue.add(left());
    queue.add(large);
    const room = newsBytes(large) - 1;
    expect(queue.take(10, room)).toEqual([left()]);
    expect(queue.take(10, room)).toEqual([left()]);
    expect(queue.take(1, MAX_NEWS_BYTES)).toEqual([large]);
  });

  it('WhatIsTaken_StaysWithinTheBytes_CommasAndAgeingIncluded', () => {
    for (let i = 0; i < 50; i++) queue.add({ ...suspect(), id: `node-${i}` } as News);
    clock.advance(3_600_000);
    const taken = queue.take(64, 1200);
    expect(taken.length).toBeGreaterThan(10);
    expect(taken.map(newsBytes).reduce((sum, bytes) => sum + bytes + 1, 0)).toBeLessThanOrEqual(1200);
    expect(queue.take(3, ROOM)).toHaveLength(3);
    expect(queue.take(0, ROOM)).toEqual([]);
    expect(queue.take(3, 0)).toEqual([]);
  });

  it('SilenceAgesWhileItWaits_OrNewsWouldMakeTheDeadSeemRecentlyAlive', () => {
    queue.add(suspect('a', 5, 1200));
    queue.add(heard(30));
    clock.advance(400);
    expect(everything()).toEqual([heard(430), suspect('a', 5, 1600)]);
    clock.advance(100);
    expect(everything()).toEqual([heard(530), suspect('a', 5, 1700)]);
  });

  it('WallClockThatJumps_ChangesNoSilence', () => {
    queue.add(heard(30));
    clock.jump(-3_600_000);
    clock.advance(10);
    expect(everything()).toEqual([heard(40)]);
  });

  describe('of the same node', () => {
    it.each<[string, News, News]>([
      ['a refutation, the suspicion', suspect(), alive(6)],
      ['a suspicion, the life it doubts', alive(5), suspect()],
      ['a suspicion of the next life, the death', dead(), suspect('a', 6)],
      ['a death, the suspicion', suspect(), dead()],
      ['a death, the suspicion of another', suspect('b'), dead('a')],
      ['a goodbye, the suspicion', suspect(), left()],
      ['a goodbye, the sign of life', heard(), left()],
      ['a removal, the goodbye', left(), removed()],
      ['a removal, the sign of life', heard(), removed()],
      ['a return, the removal', removed(), alive(6)],
      ['a return, the sign of life before', heard(), alive(6)],
      ['a removal for longer, the removal', removed(5, 2000), removed(5, 3000)],
      ['a sign of the next life, the last one', heard(), heard(5000, 6)],
    ])('Overtakes_%s', (_, before, after) => {
      queue.add(before);
      expect(queue.add(after)).toBe(true);
      expect(everything()).toEqual([after]);
    });

    it.each<[string, News, News]>([
      ['the same life does not refute the suspicion', suspect(), alive(5)],
      ['the same life does not raise the dead', dead(), alive(5)],
      ['a suspicion adds nothing to a death', dead(), suspect('b')],
      ['a suspicion of a former life', alive(6), suspect('b', 5)],
      ['a goodbye of a former life', alive(6), left(5)],
      ['a removal of a former life', alive(6), removed(5)],
      ['a removal for less', removed(5, 3000), removed(5, 2000)],
      ['the same once more', left(), left()],
      ['the same claim by the same member', suspect('a', 5, 10), suspect('a', 5, 0)],
      ['a sign of life of the departed', left(), heard()],
      ['a sign of a former life', alive(6), heard(0, 5)],
      ['a sign of a former life beside one', heard(0, 6), heard(0, 5)],
    ])('IsNoNews_%s', (_, before, after) => {
      queue.add(before);
      expect(queue.add(after)).toBe(false);
      expect(everything()).toEqual([before]);
    });

    it('ClaimsOfDistinctMembers_AreAllTold_UpToThree', () => {
      for (const by of ['a', 'b', 'c']) expect(queue.add(suspect(by))).toBe(true);
      expect(queue.add(heard())).toBe(true);
      expect(queue.add(suspect('d'))).toBe(false);
      expect(queue.size).toBe(MAX_CLAIMS + 1);
      for (const by of ['x', 'y', 'z']) expect(queue.add(dead(by))).toBe(true);
      expect(everything()).toEqual([dead('z'), dead('y'), dead('x'), heard()]);
    });

    it('LaterSignOfLife_IsToldAllOverAgain', () => {
      queue.add(heard(1000));
      for (let told = 1; told < retransmitLimit(live); told++) everything();
      expect(queue.add(heard(1000 - FRESHER_BY_MS))).toBe(true);
      for (let told = 0; told < retransmitLimit(live); told++) expect(everything()).toEqual([heard(750)]);
      expect(queue.isEmpty).toBe(true);
    });

    it('SlightlyLaterSignOfLife_IsTakenOverButNotToldLonger_UntilThatAddsUp', () => {
      queue.add(heard(1000));
      everything();
      expect(queue.add(heard(1000 - FRESHER_BY_MS + 1))).toBe(false);
      expect(everything()).toEqual([heard(751)]);
      expect(queue.add(heard(1000))).toBe(false);
      expect(everything()).toEqual([heard(751)]);
      expect(queue.add(heard(1000 - FRESHER_BY_MS))).toBe(true);
    });
  });

  it('NewsOfOneNode_LeavesThatOfOthersAlone', () => {
    queue.add(left(5, 'm'));
    queue.add(removed(7));
    expect(everything()).toEqual([removed(7), left(5, 'm')]);
  });

  it('ClusterThatShrinks_IsNotToldMoreThanItNeeds', () => {
    live = 1000;
    queue.add(left());
    for (let told = 0; told < 6; told++) everything();
    live = 9;
    expect(everything()).toEqual([]);
    expect(queue.isEmpty).toBe(true);
  });

  it('NodeThatIsAlone_TellsOnce_AndLosesNothingUntold', () => {
    live = 0;
    queue.add(left());
    expect(everything()).toEqual([left()]);
    expect(everything()).toEqual([]);
  });

  it('TooMuchNews_DropsTheMostTold_AndCountsIt', () => {
    const nth = (n: number): News => left(5, `n${n}`);
    for (let n = 0; n < MAX_QUEUED_NEWS; n++) queue.add(nth(n));
    expect(queue.take(1, ROOM)).toEqual([nth(MAX_QUEUED_NEWS - 1)]);
    expect(metrics.value('repram_news_dropped_total')).toBe(0);
    queue.add(nth(MAX_QUEUED_NEWS));
    expect(queue.size).toBe(MAX_QUEUED_NEWS);
    expect(metrics.value('repram_news_queued')).toBe(MAX_QUEUED_NEWS);
    expect(metrics.value('repram_news_dropped_total')).toBe(1);
    expect(everything()).not.toContainEqual(nth(MAX_QUEUED_NEWS - 1));
    expect(queue.add(nth(MAX_QUEUED_NEWS - 1))).toBe(true);
  });
});
