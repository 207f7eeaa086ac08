import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  DOUBTFUL_PROBE_INTERVAL_MS,
  MAX_PROBES_IN_FLIGHT,
  SUCCESSION_SILENCE_MS,
} from '../../../../src/gossip/membership/prober.js';
import type { SendOutcome } from '../../../../src/gossip/ports/transport.js';
import { answerOf, GossipBench, infoOf } from '../../../support/gossip-bench.js';

let bench: GossipBench;

beforeEach(() => {
  bench = new GossipBench();
});

afterEach(() => bench.gossip.stop());

const silence = (timeoutMs: number): Promise<SendOutcome> =>
  bench.clock.sleep(timeoutMs).then(() => ({ kind: 'timeout' as const }));

/** Each probe of `a` ends in turn as told, the last one again and again; all others are answered. */
function probesOfAEnd(...outcomes: SendOutcome[]): void {
  let turn = 0;
  bench.transport.onSend = (to, message) => {
    if (to.host !== 'a.test') return answerOf(to, message);
    if (message.type !== 'PING') return { kind: 'ok' };
    return outcomes[Math.min(turn++, outcomes.length - 1)] ?? { kind: 'ok' };
  };
}

const pingsOf = (host: string): number[] => bench.transport.of('PING', host).map((sent) => sent.atMs);
const strikes = () => bench.metrics.value('repram_ping_failures_total');

describe('Prober', () => {
  it('ThreeRefusalsInARow_Evict_HalfAPeriodApart', async () => {
    await bench.prove(infoOf('a'));
    probesOfAEnd({ kind: 'refused' });
    bench.gossip.start();
    await bench.clock.run(1900);
    expect(bench.member('a').state).toBe('suspect');
    await bench.clock.run(100);
    expect(bench.member('a').state).toBe('dead');
    expect(pingsOf('a.test')).toEqual([1000, 1500, 2000]);
    expect(strikes()).toBe(3);
  });

  it('ManyConnectionsDropAtOnce_AreOneStrike', async () => {
    await bench.prove(infoOf('a'));
    probesOfAEnd({ kind: 'refused' });
    bench.gossip.start();
    await bench.clock.run(700);
    for (let drop = 0; drop < 5; drop++) bench.transport.onConnectionLost?.(bench.member('a').address);
    await bench.clock.run(100);
    expect([strikes(), bench.member('a').state]).toEqual([1, 'suspect']);
    await bench.clock.run(800);
    expect(bench.member('a').state).toBe('suspect');
    await bench.clock.run(1000);
    expect(bench.member('a').state).toBe('dead');
  });

  it('TwoStrikesAndASuccess_BreakTheRow', async () => {
    await bench.prove(infoOf('a'));
    const pong = answerOf({ host: 'a.test', port: 8080 }, { ...PING });
    probesOfAEnd({ kind: 'reset' }, { kind: 'reset' }, pong, { kind: 'reset' }, { kind: 'reset' }, pong);
    bench.gossip.start();
    await bench.clock.run(6900);
    expect(bench.member('a').state).toBe('alive');
    expect(bench.events.map(([kind]) => kind)).toEqual(['suspected', 'cleared', 'suspected', 'cleared']);
  });

  it('Suspect_IsProbedEachPeriod_WhateverTheRound', async () => {
    const others = ['b', 'c', 'd', 'e', 'f', 'g', 'h'].map((id) => infoOf(id));
    await bench.prove(infoOf('a'), ...others);
    bench.transport.onSend = (to, message, timeoutMs) =>
      to.host === 'a.test' ? silence(timeoutMs) : answerOf(to, message);
    bench.gossip.start();
    await bench.clock.run(13_000);
    const [first = 0, ...later] = pingsOf('a.test');
    expect(later.slice(0, 2)).toEqual([first + 1000, first + 2000]);
  });

  it('Refused_TheSecondLookDoesNotWaitForATurn', async () => {
    await bench.prove(infoOf('a'), infoOf('b'));
    probesOfAEnd({ kind: 'refused' });
    bench.gossip.start();
    await bench.clock.run(6000);
    const [first = 0, ...later] = pingsOf('a.test');
    expect(later.slice(0, 2)).toEqual([first + 500, first + 1000]);
  });

  it('Round_ProbesOneAliveMemberAPeriod', async () => {
    await bench.prove(infoOf('a'), infoOf('b'), infoOf('c'));
    bench.transport.onSend = answerOf;
    bench.gossip.start();
    await bench.clock.run(6000);
    for (const id of ['a', 'b', 'c']) expect(pingsOf(`${id}.test`)).toHaveLength(2);
  });

  it('Silence_CountsAsAStrike_AndEvictsWhenItHasLastedLongEnough', async () => {
    await bench.prove(infoOf('a'));
    bench.transport.onSend = (_to, _message, timeoutMs) => silence(timeoutMs);
    bench.gossip.start();
    await bench.clock.run(1500);
    expect([bench.member('a').state, strikes()]).toEqual(['suspect', 1]);
    await bench.clock.run(7400);
    expect(bench.member('a').state).toBe('suspect');
    await bench.clock.run(400);
    expect(bench.member('a').state).toBe('dead');
  });

  it.each<[string, SendOutcome]>([
    ['Busy_IsNeverAStrike', { kind: 'busy', retryAfterMs: undefined }],
    ['Overflow_IsOurFault_NeverAStrike', { kind: 'overflow' }],
    ['Aborted_IsOurDoing_NeverAStrike', { kind: 'aborted' }],
  ])('%s', async (_name, outcome) => {
    await bench.prove(infoOf('a'));
    probesOfAEnd(outcome);
    bench.gossip.start();
    await bench.clock.run(60_000);
    expect([bench.member('a').state, strikes()]).toEqual(['alive', 0]);
    expect(pingsOf('a.test')).toHaveLength(60);
  });

  it('Busy_DoesNotBreakTheRowEither', async () => {
    await bench.prove(infoOf('a'));
    const busy: SendOutcome = { kind: 'busy', retryAfterMs: undefined };
    probesOfAEnd({ kind: 'refused' }, busy, { kind: 'refused' }, busy, { kind: 'refused' });
    bench.gossip.start();
    await bench.clock.run(5000);
    expect(bench.member('a').state).toBe('dead');
  });

  it.each<[string, SendOutcome]>([
    ['Rejected_IsAStrike', { kind: 'rejected', status: 500 }],
    ['Refused_IsAStrike', { kind: 'refused' }],
    ['Reset_IsAStrike', { kind: 'reset' }],
  ])('%s', async (_name, outcome) => {
    await bench.prove(infoOf('a'));
    probesOfAEnd(outcome);
    bench.gossip.start();
    await bench.clock.run(1000);
    expect([bench.member('a').state, strikes()]).toEqual(['suspect', 1]);
  });

  it('ConnectionLost_ItsMemberIsProbedAtOnce', async () => {
    await bench.prove(infoOf('a'), infoOf('b'));
    bench.transport.onSend = answerOf;
    bench.transport.onConnectionLost?.({ host: 'a.test', port: 8080 });
    await bench.clock.run(0);
    expect([pingsOf('a.test'), pingsOf('b.test')]).toEqual([[0], []]);
  });

  it('ConnectionsLost_SeveralAtOnce_StrikeOnce', async () => {
    await bench.prove(infoOf('a'));
    probesOfAEnd({ kind: 'refused' });
    for (let connection = 0; connection < 5; connection++) {
      bench.transport.onConnectionLost?.({ host: 'a.test', port: 8080 });
      await bench.clock.run(1);
    }
    expect(bench.member('a').strikes).toBe(1);
  });

  it('PeerThatEndsEachConnection_IsProbedOncePerPeriod_NotWithoutEnd', async () => {
    await bench.prove(infoOf('a'));
    bench.transport.onSend = (to, message) => {
      bench.clock.setTimer(1, () => bench.transport.onConnectionLost?.(to));
      return answerOf(to, message);
    };
    bench.gossip.start();
    await bench.clock.run(10_500);
    expect(pingsOf('a.test').length).toBeLessThanOrEqual(2 * 10);
    expect(pingsOf('a.test').length).toBeGreaterThanOrEqual(10);
  });

  it('ConnectionLostAgain_WithinThePeriod_IsNotForgotten_TheNextTickProbes', async () => {
    await bench.prove(...Array.from({ length: 20 }, (_, i) => infoOf(`n${i}`)), infoOf('a'));
    probesOfAEnd(answerOf({ host: 'a.test', port: 8080 }, { ...PING }), { kind: 'refused' });
    bench.gossip.start();
    await bench.clock.run(1100);
    for (const atMs of [1100, 1500]) {
      await bench.clock.run(atMs - bench.clock.monotonicMs());
      bench.transport.onConnectionLost?.({ host: 'a.test', port: 8080 });
    }
    await bench.clock.run(2500);
    expect(bench.member('a').state).toBe('dead');
  });

  it('DeadMember_ThatKeepsSpeakingAndCannotBeReached_IsProbedOncePerPeriod', async () => {
    await bench.prove(infoOf('a'));
    for (let strike = 0; strike < 3; strike++) bench.gossip.members.strike('a', true);
    probesOfAEnd({ kind: 'refused' });
    bench.gossip.start();
    for (let ms = 0; ms < 5000; ms += 10) {
      bench.gossip.members.heard('a');
      await bench.clock.run(10);
    }
    expect(pingsOf('a.test').length).toBeLessThanOrEqual(2 * 5 + 1);
  });

  it('MemberWithoutPong_IsKept_AndIntroducedToOncePerSyncInterval', async () => {
    await bench.prove(infoOf('a'));
    await bench.clock.run(10);
    bench.transport.onSend = () => ({ kind: 'ok' });
    for (let seconds = 0; seconds < 59; seconds++) {
      bench.transport.onConnectionLost?.({ host: 'a.test', port: 8080 });
      await bench.clock.run(1000);
    }
    expect(bench.member('a').state).toBe('alive');
    expect(bench.transport.of('SYNC', 'a.test').map((sent) => sent.atMs)).toEqual([510, 30_510]);
  });

  it('LatePong_ByARequestOfItsOwn_IsWaitedFor', async () => {
    await bench.prove(infoOf('a'));
    bench.transport.onSend = () => {
      bench.clock.setTimer(400, () => void bench.gossip.receive({ ...PING, type: 'PONG', from: 'a', to: 'self' }));
      return { kind: 'ok' };
    };
    bench.transport.onConnectionLost?.({ host: 'a.test', port: 8080 });
    await bench.clock.run(2000);
    expect(bench.transport.of('SYNC')).toEqual([]);
  });

  it('AddressTakenOver_Misdirected_ThreeTimes_MemberIsReplacedAndTheQuorumShrinks', async () => {
    await bench.prove(infoOf('a', { incarnation: 5 }));
    probesOfAEnd({ kind: 'misdirected' });
    bench.gossip.start();
    await bench.clock.run(1900);
    expect(bench.member('a').state).toBe('suspect');
    await bench.clock.run(100);
    expect([bench.member('a').state, bench.gossip.members.quorumBasis()]).toEqual(['left', 1]);
  });

  it('AddressTakenOver_AfterDeath_MemberIsReplacedAndTheQuorumShrinks', async () => {
    await bench.prove(infoOf('a', { incarnation: 5 }));
    const refused: SendOutcome = { kind: 'refused' };
    probesOfAEnd(refused, refused, refused, refused, { kind: 'misdirected' });
    bench.gossip.start();
    await bench.clock.run(3000);
    expect([bench.member('a').state, bench.gossip.members.quorumBasis()]).toEqual(['dead', 2]);
    await bench.clock.run(1000);
    expect([bench.member('a').state, bench.gossip.members.quorumBasis()]).toEqual(['left', 1]);
  });

  it('AddressTakenOver_AfterASilentDeath_MemberIsReplacedAllTheSame', async () => {
    await bench.prove(infoOf('a', { incarnation: 5 }));
    bench.transport.onSend = (_to, _message, timeoutMs) => silence(timeoutMs);
    bench.gossip.start();
    await bench.clock.run(10_000);
    expect([bench.member('a').state, bench.gossip.members.quorumBasis()]).toEqual(['dead', 2]);
    probesOfAEnd({ kind: 'misdirected' });
    await bench.clock.run(2000);
    expect([bench.member('a').state, bench.gossip.members.quorumBasis()]).toEqual(['left', 1]);
  });

  it('AddressTakenOver_OlderNodeAnswersForIt_MemberLeavesAfterAMinuteOfSilence', async () => {
    await bench.prove(infoOf('a'));
    await bench.clock.run(10);
    const successor = infoOf('successor', { address: 'a.test' });
    bench.transport.onSend = (_to, message) =>
      answerOf(
        { host: message.type === 'PING' && message.to === 'successor' ? 'successor' : 'nobody', port: 1 },
        message,
      );
    bench.gossip.members.learn(successor, 'direct');
    bench.gossip.start();
    await bench.clock.run(SUCCESSION_SILENCE_MS - 1000);
    expect(bench.member('a').state).toBe('alive');
    await bench.clock.run(5000);
    expect([bench.member('a').state, bench.member('successor').state]).toEqual(['left', 'alive']);
  });

  it('Misdirected_PingForAnotherNode_IsRefusedAndTeachesNothing', () => {
    const nodeInfo = infoOf('a', { incarnation: 1 });
    expect(bench.gossip.receive({ ...PING, from: 'a', to: 'somebody-else', nodeInfo })).toEqual({
      kind: 'misdirected',
    });
    expect(bench.gossip.members.get('a')).toBeUndefined();
  });

  it('Stranger_IntroducesItselfByAsking', async () => {
    bench.transport.onSend = answerOf;
    const nodeInfo = infoOf('a', { incarnation: 1 });
    const receipt = bench.gossip.receive({ ...PING, from: 'a', nodeInfo, wantsReply: true });
    expect(receipt).toMatchObject({ kind: 'ok', reply: { type: 'PONG', to: 'a', nodeInfo: { id: 'self' } } });
    await bench.clock.run(0);
    expect(bench.member('a').proven).toBe(true);
  });

  it('Stranger_WithoutNodeInfo_GetsNoPong', () => {
    expect(bench.gossip.receive({ ...PING, from: 'a' })).toEqual({ kind: 'ok' });
    expect(bench.transport.sent).toEqual([]);
  });

  it('Moved_DuringItsProbe_IsProbedAtTheNewAddressAtOnce_WithoutAStrike', async () => {
    await bench.prove(infoOf('a'));
    bench.transport.onSend = (to, message, timeoutMs) =>
      to.host === 'b.test' ? answerOf({ ...to, host: 'a' }, message) : silence(timeoutMs);
    bench.transport.onConnectionLost?.({ host: 'a.test', port: 8080 });
    await bench.clock.run(100);
    bench.gossip.members.learn(infoOf('a', { address: 'b.test' }), 'direct');
    await bench.clock.run(400);
    expect([pingsOf('b.test'), bench.member('a').strikes, strikes()]).toEqual([[500], 0, 0]);
    expect(bench.member('a').reachable).toBe(true);
  });

  it('DeadMember_Mentioned_IsProbedAtMostEveryTenSeconds', async () => {
    bench.transport.onSend = () => ({ kind: 'refused' });
    bench.gossip.members.learn(infoOf('a'), 'hearsay');
    for (let strike = 0; strike < 3; strike++) bench.gossip.members.strike('a', true);
    await bench.clock.run(0);
    bench.transport.sent.length = 0;
    for (let seconds = 0; seconds < 25; seconds++) {
      bench.gossip.members.learn(infoOf('a'), 'hearsay');
      await bench.clock.run(1000);
    }
    expect(pingsOf('a.test')).toEqual([0, DOUBTFUL_PROBE_INTERVAL_MS, 2 * DOUBTFUL_PROBE_INTERVAL_MS]);
  });

  it('DeadMember_WithoutSeeds_IsFoundAgainByTheProbeOfTheDead', async () => {
    await bench.prove(infoOf('a'));
    for (let strike = 0; strike < 3; strike++) bench.gossip.members.strike('a', true);
    bench.transport.onSend = answerOf;
    bench.gossip.start();
    await bench.clock.run(1000);
    expect(bench.member('a').state).toBe('alive');
  });

  it('Join_OfManyNodes_IsProbedAtABoundedWidth', async () => {
    bench.transport.onSend = (_to, _message, timeoutMs) => silence(timeoutMs);
    for (let i = 0; i < 200; i++) bench.gossip.members.learn(infoOf(`n${i}`), 'hearsay');
    await bench.clock.run(0);
    expect(bench.transport.of('PING')).toHaveLength(MAX_PROBES_IN_FLIGHT);
    expect(bench.metrics.value('repram_probes_queued_total')).toBeGreaterThan(0);
    await bench.clock.run(2000);
    expect(bench.transport.of('PING')).toHaveLength(200);
  });

  it('Stopped_WithAProbeUnderWay_ProbesNoMore_WhateverHappensThen', async () => {
    await bench.prove(infoOf('a'));
    probesOfAEnd({ kind: 'refused' });
    bench.transport.onConnectionLost?.({ host: 'a.test', port: 8080 });
    bench.gossip.stop();
    bench.gossip.members.learn(infoOf('b', { incarnation: 1 }), 'direct');
    await bench.clock.run(10_000);
    expect([pingsOf('a.test'), pingsOf('b.test'), bench.clock.pendingTimers]).toEqual([[0], [], 0]);
  });

  it('Stopped_ProbesNoMore', async () => {
    await bench.prove(infoOf('a'));
    bench.gossip.start();
    bench.gossip.stop();
    await bench.clock.run(10_000);
    expect([bench.transport.sent, bench.clock.pendingTimers]).toEqual([[], 0]);
  });
});

const PING = { type: 'PING', from: 'self', timestampS: 1, messageId: 'x', to: 'self' } as const;
