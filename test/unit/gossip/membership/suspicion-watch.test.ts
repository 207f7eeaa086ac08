import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalHealth } from '../../../../src/gossip/membership/local-health.js';
import type { Member } from '../../../../src/gossip/membership/member.js';
import { MemberTable } from '../../../../src/gossip/membership/member-table.js';
import { SuspicionWatch } from '../../../../src/gossip/membership/suspicion-watch.js';
import { Suspicions } from '../../../../src/gossip/membership/suspicions.js';
import { type DetectorTiming, PROFILES } from '../../../../src/gossip/membership/timing.js';
import { infoOf, SELF } from '../../../support/gossip-bench.js';
import { ReadableMetrics, SeededRng } from '../../../support/ports.js';
import { StallingClock } from '../../../support/stalling-clock.js';

const TIMING: DetectorTiming = { ...PROFILES.lan, silencePeriods: 9, maxSilencePeriods: 27 };

let clock: StallingClock;
let metrics: ReadableMetrics;
let members: MemberTable;
let suspicions: Suspicions;
let health: LocalHealth;
let watch: SuspicionWatch;
let told: string[];

beforeEach(() => build({ localHealth: true }));
afterEach(() => watch.stop());

function build({ localHealth }: { readonly localHealth: boolean }): void {
  clock = new StallingClock();
  metrics = new ReadableMetrics();
  members = new MemberTable({ clock, metrics }, SELF);
  suspicions = new Suspicions(clock, TIMING);
  health = new LocalHealth({ metrics }, { enabled: localHealth });
  told = [];
  const tell = ({ id, strikes }: Member) => void told.push(`${id} ${strikes}`);
  watch = new SuspicionWatch({ clock, metrics, rng: new SeededRng(1) }, TIMING, { members, suspicions, health, tell });
  members.subscribe((event) => watch.memberChanged(event));
}

function prove(...ids: readonly string[]): void {
  for (const id of ids) {
    members.learn(infoOf(id, { incarnation: 5 }), 'direct');
    members.answered(id);
  }
}

function member(id = 'a'): Member {
  const known = members.get(id);
  if (known === undefined) throw new Error(`no member ${id}`);
  return known;
}

const strike = (certain: boolean, id = 'a') => watch.strike(member(id), certain);

/** A silent strike every second, and the others speak; until `a` is evicted or `seconds` are over. */
function silenceFor(seconds: number): number {
  for (let second = 1; second <= seconds; second++) {
    clock.advance(1000);
    for (const { id } of members.live()) if (id !== 'a') members.heard(id);
    if (member().state === 'dead') return second;
    strike(false);
  }
  return Number.POSITIVE_INFINITY;
}

describe('SuspicionWatch', () => {
  it('SilentMember_OfTwoNodes_IsEvictedAfterTheShortestTime', () => {
    prove('a');
    expect(silenceFor(60)).toBe(9);
  });

  it('SilentMember_WhereNobodyConfirms_IsGivenTheLongestTime', () => {
    prove('a', 'b', 'c', 'd');
    expect(silenceFor(60)).toBe(27);
  });

  it('OldPeers_CannotConfirm_AndAreNotWaitedFor', () => {
    prove('a');
    for (const id of ['b', 'c', 'd']) members.learn(infoOf(id), 'direct');
    expect(silenceFor(60)).toBe(9);
  });

  it('BadNetwork_StretchesSilence_AndASecondSilentRoundIsNotTold', () => {
    prove('a');
    members.learn(infoOf('old'), 'direct');
    for (let n = 0; n < 16; n++) health.turned(`n${n}`, n < 8);
    strike(false);
    strike(false);
    expect(told).toEqual([]);
    strike(false);
    expect(told).toEqual(['a 3']);
    expect(silenceFor(60)).toBe(28);
  });

  it('MembersThatAreNoMore_AreNoBadNetwork', () => {
    prove('a', 'b', 'c', 'd');
    for (const id of ['a', 'b', 'c', 'd']) health.turned(id, id !== 'a');
    members.leave('b');
    for (let strikes = 0; strikes < 3; strikes++) members.strike('c', true);
    expect(metrics.value('repram_probe_failure_share')).toBe(1 / 8);
  });

  it('CutOff_NobodysWordIsWaitedFor', () => {
    prove('a', 'b', 'c', 'd');
    for (let n = 0; n < 16; n++) health.turned(`n${n}`, true);
    for (let second = 1; second <= 10; second++) {
      clock.advance(1000);
      for (const id of ['a', 'b', 'c', 'd']) if (member(id).state !== 'dead') strike(false, id);
    }
    expect(members.live()).toEqual([]);
  });

  it.each<[string, boolean, readonly string[]]>([
    ['FirstSilence_IsNoNews_TheSecondIs_Once', false, ['a 2']],
    ['FirstRefusal_IsNewsAtOnce_Once', true, ['a 1']],
  ])('%s', (_name, certain, expected) => {
    prove('a', 'b');
    strike(certain);
    strike(certain);
    strike(false);
    expect(told).toEqual(expected);
  });

  it('Cleared_AndStruckAgain_IsNewsAgain', () => {
    prove('a', 'b');
    strike(true);
    members.answered('a');
    strike(true);
    expect(told).toEqual(['a 1', 'a 1']);
  });

  it('StandStill_OfThisNode_IsGivenBackToTheSuspects_AndCounted', () => {
    prove('a');
    for (let second = 1; second <= 3; second++) {
      clock.advance(1000);
      strike(false);
    }
    clock.standStill(8000);
    clock.advance(5500);
    expect([member().state, metrics.value('repram_detector_pauses_total')]).toEqual(['suspect', 1]);
    expect(health.timeoutFactor).toBe(2);
    clock.advance(1000);
    expect(member().state).toBe('dead');
  });

  it('WithoutLocalHealth_ThreeSilentRoundsEvict', () => {
    build({ localHealth: false });
    prove('a');
    strike(false);
    strike(false);
    expect(member().state).toBe('suspect');
    strike(false);
    expect(member().state).toBe('dead');
  });

  describe('wantsProbe', () => {
    /** In how many of 1000 periods this node looks for a suspect that it merely heard of. */
    const volunteers = () => Array.from({ length: 1000 }, () => watch.wantsProbe(member())).filter(Boolean).length;

    beforeEach(() => {
      prove('a', ...Array.from({ length: 99 }, (_, n) => `n${n}`));
      members.accuse('a');
    });

    it('Accused_AFewLookForThemselves', () => {
      expect(volunteers()).toBeGreaterThan(30);
      expect(volunteers()).toBeLessThan(100);
    });

    it('Confirmed_ByEnough_NobodyVolunteers', () => {
      for (const by of ['n0', 'n1', 'n2']) suspicions.confirm('a', by, 'suspect');
      expect(volunteers()).toBe(0);
    });

    it('HeldForDead_AllLook', () => {
      suspicions.confirm('a', 'n0', 'dead');
      expect(volunteers()).toBe(1000);
    });

    it('StruckByThisNode_ItLooksEachPeriod', () => {
      strike(false);
      expect(volunteers()).toBe(1000);
    });

    it('SoonOver_AllLookBeforeTheyEvict', () => {
      for (const by of ['n0', 'n1', 'n2']) suspicions.confirm('a', by, 'suspect');
      for (let second = 1; second <= 8; second++) {
        clock.advance(1000);
        members.heard('n0');
      }
      expect([volunteers(), member().state]).toEqual([1000, 'suspect']);
    });
  });

  it('Stopped_LooksNoMore', () => {
    prove('a');
    strike(false);
    watch.stop();
    members.accuse('a');
    expect(clock.pendingTimers).toBe(0);
  });

  it('NobodySuspected_NoTimerRuns', () => {
    prove('a', 'b');
    strike(false);
    expect(clock.pendingTimers).toBe(1);
    members.answered('a');
    clock.advance(1000);
    expect([clock.pendingTimers, suspicions.size]).toEqual([0, 0]);
  });
});
