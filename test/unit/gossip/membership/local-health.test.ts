import { beforeEach, describe, expect, it } from 'vitest';
import { LocalHealth } from '../../../../src/gossip/membership/local-health.js';
import { ReadableMetrics } from '../../../support/ports.js';

let metrics: ReadableMetrics;
let health: LocalHealth;

function make(enabled: boolean): LocalHealth {
  metrics = new ReadableMetrics();
  return new LocalHealth({ metrics }, { enabled });
}

beforeEach(() => {
  health = make(true);
});

/** A turn of each of `count` members, of which the first `failed` fail. */
function turns(count: number, failed: number): void {
  for (let n = 0; n < count; n++) health.turned(`n${n}`, n < failed);
}

const score = () => metrics.value('repram_local_health_score');
const share = () => metrics.value('repram_probe_failure_share');

describe('LocalHealth', () => {
  it('MissedNacks_StretchTimeouts', () => {
    health.doubted(3);
    expect([score(), health.timeoutFactor]).toEqual([3, 4]);
  });

  it('Score_IsBounded_AndEachAnswerTakesOneOff', () => {
    health.doubted(100);
    expect([score(), health.timeoutFactor]).toEqual([8, 9]);
    for (let answers = 0; answers < 7; answers++) health.answered();
    expect(health.timeoutFactor).toBe(2);
    for (let answers = 0; answers < 7; answers++) health.answered();
    expect([score(), health.timeoutFactor]).toEqual([0, 1]);
  });

  it('NoFailure_DoubtedByNothing', () => {
    turns(10, 0);
    health.doubted(0);
    expect([health.timeoutFactor, health.silenceFactor('n0')]).toEqual([1, 1]);
  });

  it.each([
    [20, 0, 1],
    [20, 3, 1],
    [20, 6, 1.9],
    [20, 10, 3.1],
    [20, 13, 4],
    [20, 20, 4],
  ])('of %i members %i fail: silence is stretched by %f', (count, failed, factor) => {
    turns(count, failed);
    expect(health.silenceFactor('another')).toBeCloseTo(factor, 6);
  });

  it('Suspect_IsNotExcusedByItsOwnFailures', () => {
    turns(9, 2);
    expect(health.silenceFactor('n8')).toBeGreaterThan(1);
    expect(health.silenceFactor('n0')).toBe(1);
  });

  it('FewMembers_OneThatFails_IsNoBadNetwork', () => {
    turns(2, 1);
    expect([share(), health.silenceFactor('n1')]).toEqual([1 / 8, 1]);
  });

  it('Turn_OfOneMember_CountsOnce_AndTheLastOne', () => {
    turns(8, 8);
    turns(8, 0);
    expect(share()).toBe(0);
    for (let times = 0; times < 32; times++) health.turned('n0', true);
    expect(share()).toBe(1 / 8);
  });

  it('Turns_OfLongAgo_CountNoMore', () => {
    turns(32, 32);
    for (let n = 0; n < 32; n++) health.turned(`later${n}`, false);
    expect(share()).toBe(0);
  });

  it('Turn_OfAMemberThatIsNoMore_CountsNoMore', () => {
    turns(8, 4);
    for (const id of ['n0', 'n1', 'n2', 'n3']) health.forget(id);
    expect([share(), health.silenceFactor('n7')]).toEqual([0, 1]);
  });

  it('SwitchedOff_NothingIsStretched_ButStillMeasured', () => {
    health = make(false);
    turns(20, 20);
    health.doubted(8);
    expect([health.isConsidered, health.timeoutFactor, health.silenceFactor('another')]).toEqual([false, 1, 1]);
    expect([score(), share()]).toEqual([8, 1]);
  });
});
