import { beforeEach, describe, expect, it } from 'vitest';
import { type OwnEvidence, Suspicions } from '../../../../src/gossip/membership/suspicions.js';
import { type DetectorTiming, PROFILES } from '../../../../src/gossip/membership/timing.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const TIMING: DetectorTiming = { ...PROFILES.lan, silencePeriods: 9, maxSilencePeriods: 27 };

let clock: VirtualClock;
let suspicions: Suspicions;

beforeEach(() => {
  clock = new VirtualClock();
  suspicions = new Suspicions(clock, TIMING);
  suspicions.open('a');
});

/** A member that has been silent since time 0. */
const silent = (strikes: number): OwnEvidence => ({ strikes, refusals: 0, heardMs: 0, signOfLifeMs: 0 });
const refused = (refusals: number, strikes = refusals): OwnEvidence => ({ ...silent(strikes), refusals });
const CALM = { able: 3, stretch: 1 };
const isDue = (own: OwnEvidence, circumstances = CALM) => suspicions.isDue('a', own, circumstances);
const deadlineMs = (own = silent(3), circumstances = CALM) =>
  Math.round(suspicions.deadlineMs('a', own, circumstances));

describe('Suspicions', () => {
  describe('certain evidence', () => {
    it.each<[string, number, readonly ('suspect' | 'dead')[], boolean]>([
      ['two refusals of its own', 2, [], false],
      ['three refusals of its own', 3, [], true],
      ['one refusal, and one member that has evicted it', 1, ['dead'], true],
      ['two refusals, and two members that merely suspect it', 2, ['suspect', 'suspect'], false],
    ])('of %s', (_name, refusals, claims, due) => {
      for (const [index, claim] of claims.entries()) suspicions.confirm('a', `w${index}`, claim);
      expect(isDue(refused(refusals))).toBe(due);
    });

    it('DeathClaim_WithoutAFailedProbeOfOurOwn_EvictsNobody', () => {
      for (let index = 0; index < 8; index++) suspicions.confirm('a', `w${index}`, 'dead');
      clock.advance(3_600_000);
      expect(isDue(silent(0))).toBe(false);
      expect(isDue(refused(1))).toBe(true);
    });

    it('DeathClaims_WithASilentProbeOfOurOwn_AreStillOnlySilence', () => {
      for (let index = 0; index < 8; index++) suspicions.confirm('a', `w${index}`, 'dead');
      clock.advance(8999);
      expect(isDue(silent(1))).toBe(false);
      clock.advance(1);
      expect(isDue(silent(1))).toBe(true);
    });
  });

  describe('silence', () => {
    it('Suspicion_ShrinksWithEachWitness', () => {
      const after = [0, 1, 2, 3, 4].map((count) => {
        if (count > 0) suspicions.confirm('a', `w${count}`, 'suspect');
        return deadlineMs();
      });
      expect(after).toEqual([27_000, 18_000, 12_735, 9000, 9000]);
    });

    it('WordOfOneWitness_CountsOnce', () => {
      expect(suspicions.confirm('a', 'w', 'suspect')).toBe(true);
      for (let times = 0; times < 3; times++) expect(suspicions.confirm('a', 'w', 'suspect')).toBe(false);
      expect([suspicions.witnesses('a'), deadlineMs()]).toEqual([1, 18_000]);
    });

    it('Witness_ThatEvictsLater_HasSaidMore_AndTakesNothingBack', () => {
      suspicions.confirm('a', 'w', 'suspect');
      expect(suspicions.confirm('a', 'w', 'dead')).toBe(true);
      expect(suspicions.confirm('a', 'w', 'suspect')).toBe(false);
      expect([suspicions.witnesses('a'), suspicions.isHeldForDead('a')]).toEqual([1, true]);
    });

    it('Witnesses_AreBounded_ThoseKnownMayStillSayMore', () => {
      for (let index = 0; index < 8; index++) expect(suspicions.confirm('a', `w${index}`, 'suspect')).toBe(true);
      expect(suspicions.confirm('a', 'w8', 'suspect')).toBe(false);
      expect(suspicions.confirm('a', 'w7', 'dead')).toBe(true);
      expect(suspicions.witnesses('a')).toBe(8);
    });

    it('WordOfADeath_IsHeard_HoweverManySaidBeforeThatItIsSuspect', () => {
      for (let index = 0; index < 8; index++) suspicions.confirm('a', `w${index}`, 'suspect');
      expect(suspicions.confirm('a', 'w8', 'dead')).toBe(true);
      expect([suspicions.witnesses('a'), suspicions.isHeldForDead('a')]).toEqual([8, true]);
      for (let index = 9; index < 16; index++) suspicions.confirm('a', `w${index}`, 'dead');
      expect(suspicions.confirm('a', 'w16', 'dead')).toBe(false);
    });

    it.each<[string, number, number]>([
      ['where nobody could confirm it is the shortest', 0, 9000],
      ['where one could waits for that one', 1, 27_000],
    ])('%s', (_name, able, ms) => {
      expect(deadlineMs(silent(3), { able, stretch: 1 })).toBe(ms);
    });

    it('Silence_TakesThreeFailedProbes_OfThisNodeAndOfWitnesses', () => {
      clock.advance(60_000);
      expect([isDue(silent(2)), isDue(silent(3))]).toEqual([false, true]);
      suspicions.confirm('a', 'w', 'suspect');
      expect([isDue(silent(1)), isDue(silent(2))]).toEqual([false, true]);
    });

    it('Stretched_ByTheLossOnesOwnNodeSees', () => {
      expect(deadlineMs(silent(3), { able: 0, stretch: 4 })).toBe(36_000);
    });

    it.each<[string, Partial<OwnEvidence>, number]>([
      ['its word', { heardMs: 5000 }, 14_000],
      ['its answer', { signOfLifeMs: 6000 }, 15_000],
    ])('counts from the last sign of life: %s', (_name, sign, ms) => {
      expect(deadlineMs({ ...silent(3), ...sign }, { able: 0, stretch: 1 })).toBe(ms);
    });

    it('SignOfLife_ThatSomebodyElseHad_CountsAsOnesOwn', () => {
      suspicions.heard('a', 4000, 500);
      expect(deadlineMs(silent(3), { able: 0, stretch: 1 })).toBe(13_000);
    });

    it('SignOfLife_LittleLater_IsTakenOver_AndNotPassedOn', () => {
      expect(suspicions.heard('a', 1000, 500)).toBe(true);
      expect(suspicions.heard('a', 1499, 500)).toBe(false);
      expect(suspicions.heard('a', 1200, 500)).toBe(false);
      expect(suspicions.heard('a', 1700, 500)).toBe(false);
      expect(suspicions.heard('a', 2200, 500)).toBe(true);
    });

    it('LongSilentAlready_StillHasThreePeriodsToRefute', () => {
      clock.advance(60_000);
      suspicions.open('late');
      const own = silent(3);
      expect(suspicions.deadlineMs('late', own, { able: 0, stretch: 1 })).toBe(63_000);
      clock.advance(2999);
      expect(suspicions.isDue('late', own, { able: 0, stretch: 1 })).toBe(false);
      clock.advance(1);
      expect(suspicions.isDue('late', own, { able: 0, stretch: 1 })).toBe(true);
    });

    it('StandStill_OfThisNode_IsNobodysSilence', () => {
      clock.advance(20_000);
      suspicions.postpone(18_000);
      const alone = { able: 0, stretch: 1 };
      expect([deadlineMs(silent(3), alone), isDue(silent(3), alone)]).toEqual([27_000, false]);
      suspicions.open('later');
      expect(suspicions.deadlineMs('later', silent(3), alone)).toBe(23_000);
    });
  });

  it('Unreachable_ThoughItSpeaks_IsGivenUpAfterAMinute', () => {
    const speaks = (strikes: number): OwnEvidence => ({ ...silent(strikes), heardMs: clock.monotonicMs() });
    clock.advance(3_600_000);
    expect([isDue(speaks(29)), isDue(speaks(30))]).toEqual([false, true]);
  });

  it('Closed_IsForgotten_AndBeginsAnew', () => {
    suspicions.confirm('a', 'w', 'dead');
    suspicions.heard('a', 1000, 500);
    suspicions.close('a');
    expect([suspicions.size, isDue(refused(3)), deadlineMs()]).toEqual([0, false, Number.POSITIVE_INFINITY]);
    expect([suspicions.confirm('a', 'w', 'dead'), suspicions.heard('a', 2000, 500)]).toEqual([false, false]);
    suspicions.open('a');
    expect([suspicions.witnesses('a'), suspicions.isHeldForDead('a')]).toEqual([0, false]);
    expect(suspicions.heard('a', 0, 500)).toBe(true);
  });

  it('Doubt_OfThisNodeAlone_IsPublicOnlyOnceItIsTold_WhichIsSaidOnce', () => {
    expect(suspicions.isPublic('a')).toBe(false);
    expect([suspicions.tell('a'), suspicions.tell('a'), suspicions.tell('unknown')]).toEqual([true, false, false]);
    expect(suspicions.isPublic('a')).toBe(true);
    suspicions.open('b');
    suspicions.confirm('b', 'w', 'suspect');
    expect([suspicions.isPublic('b'), suspicions.isPublic('unknown')]).toEqual([true, false]);
  });

  it('OpenedAgain_KeepsWhatIsKnown', () => {
    suspicions.confirm('a', 'w', 'suspect');
    clock.advance(1000);
    suspicions.open('a');
    expect([suspicions.witnesses('a'), [...suspicions.ids()]]).toEqual([1, ['a']]);
  });
});
