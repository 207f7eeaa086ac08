import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SendOutcome } from '../../../../src/gossip/ports/transport.js';
import { MAX_PENDING_WRITES, type WriteOutcome } from '../../../../src/gossip/replication/writer.js';
import type { PutMessage } from '../../../../src/gossip/wire/message.js';
import { answerOf, GossipBench, infoOf } from '../../../support/gossip-bench.js';
import { settle } from '../../../support/virtual-clock.js';

let bench: GossipBench;

beforeEach(() => {
  bench = new GossipBench();
});

afterEach(() => bench.gossip.stop());

const bytes = () => Uint8Array.from(Buffer.from('value'));

/** Begins a write; `outcome` is set as soon as it ends. */
function write(key = 'k'): { outcome: WriteOutcome | undefined; readonly atMs: () => number } {
  const result: { outcome: WriteOutcome | undefined; atMs: () => number } = { outcome: undefined, atMs: () => endedMs };
  let endedMs = Number.NaN;
  void bench.gossip.writer.write(key, bytes(), 600).then((outcome) => {
    result.outcome = outcome;
    endedMs = bench.clock.monotonicMs();
  });
  return result;
}

function ack(from: string): void {
  const put = bench.transport.of('PUT').at(-1)?.message as PutMessage;
  const { messageId, key, timestampS } = put;
  bench.gossip.receive({ type: 'ACK', from, to: 'self', messageId, key, timestampS });
}

const putHosts = () =>
  bench.transport
    .of('PUT')
    .map((sent) => sent.to.host)
    .sort();

const silence = (_to: unknown, _message: unknown, timeoutMs: number): Promise<SendOutcome> =>
  bench.clock.sleep(timeoutMs).then(() => ({ kind: 'timeout' as const }));

describe('Writer', () => {
  it('LoneNode_HasAQuorumOfOne', async () => {
    expect(await bench.gossip.writer.write('k', bytes(), 600)).toBe('quorum');
    expect(bench.store.get('k')?.ttlSeconds).toBe(600);
  });

  it('Held_BeginsWhenTheHoldEnds_AndCountsWhoWasFoundMeanwhile', async () => {
    bench.transport.onSend = answerOf;
    bench.gossip.writer.hold(bench.clock.sleep(100));
    const held = write();
    await bench.clock.run(99);
    expect([held.outcome, bench.store.get('k')]).toEqual([undefined, undefined]);
    await bench.prove(infoOf('a'));
    await bench.clock.run(1);
    expect([held.outcome, putHosts()]).toEqual(['quorum', ['a.test']]);
    expect(await bench.gossip.writer.write('next', bytes(), 600)).toBe('quorum');
  });

  it('Held_BeyondTheBound_IsOverloaded', async () => {
    bench.gossip.writer.hold(bench.clock.sleep(100));
    for (let i = 0; i < MAX_PENDING_WRITES; i++) write(`k${i}`);
    expect(await bench.gossip.writer.write('one too many', bytes(), 600)).toBe('overloaded');
    await bench.clock.run(100);
    expect(bench.store.get('k0')).toBeDefined();
  });

  it('Quorum_AtTheAckThatMakesIt_FromTheAnswerToTheRequest', async () => {
    await bench.prove(infoOf('a'), infoOf('b'));
    bench.transport.onSend = answerOf;
    expect(await bench.gossip.writer.write('k', bytes(), 600)).toBe('quorum');
    expect(bench.clock.monotonicMs()).toBe(0);
    expect(putHosts()).toEqual(['a.test', 'b.test']);
  });

  it('Quorum_AtTheAckThatMakesIt_FromARequestOfItsOwn', async () => {
    await bench.prove(infoOf('a'), infoOf('b'));
    const put = write();
    await settle();
    expect(put.outcome).toBeUndefined();
    ack('b');
    await settle();
    expect(put.outcome).toBe('quorum');
  });

  it('DuplicateAcks_CountOnce', async () => {
    bench = new GossipBench({ replication: 5 });
    await bench.prove(infoOf('a'), infoOf('b'), infoOf('c'), infoOf('d'));
    const put = write();
    await settle();
    for (let i = 0; i < 5; i++) ack('a');
    await settle();
    expect(put.outcome).toBeUndefined();
    ack('b');
    await settle();
    expect(put.outcome).toBe('quorum');
  });

  it.each<[string, string, () => void]>([
    ['AckOfUnknownNode_DoesNotCount', 'stranger', () => undefined],
    ['AckOfThisNode_DoesNotCount', 'self', () => undefined],
    [
      'AckOfOtherEnclave_DoesNotCount',
      'foreign',
      () => void bench.gossip.members.learn(infoOf('foreign', { enclave: 'other' }), 'direct'),
    ],
    ['AckOfLeftMember_DoesNotCount', 'b', () => bench.gossip.members.leave('b')],
    ['AckOfRemovedMember_DoesNotCount', 'b', () => void bench.gossip.remove('b')],
    [
      'AckOfUnprovenMember_DoesNotCount',
      'rumoured',
      () => {
        bench.transport.onSend = silence;
        bench.gossip.members.learn(infoOf('rumoured'), 'hearsay');
      },
    ],
  ])('%s', async (_name, from, prepare) => {
    await bench.prove(infoOf('a'), infoOf('b'), infoOf('c'));
    prepare();
    const put = write();
    await settle();
    ack(from);
    await settle();
    expect(put.outcome).toBeUndefined();
    ack('a');
    await settle();
    expect(put.outcome).toBe('quorum');
  });

  it('UnprovenMembers_AreSentToButNeitherCountedNorWaitedFor', async () => {
    bench.transport.onSend = silence;
    for (const id of ['ghost1', 'ghost2', 'ghost3']) bench.gossip.members.learn(infoOf(id), 'hearsay');
    const put = write();
    await settle();
    expect(put.outcome).toBe('quorum');
    expect(putHosts()).toEqual(['ghost1.test', 'ghost2.test', 'ghost3.test']);
  });

  it('UnprovenMembers_WithAStrike_AreNotSentTo', async () => {
    bench.gossip.members.learn(infoOf('ghost'), 'hearsay');
    bench.gossip.members.strike('ghost', true);
    write();
    await settle();
    expect(putHosts()).toEqual([]);
  });

  it('Ghosts_DoNotPushAWriteIntoSampling', async () => {
    await bench.prove(infoOf('a'), infoOf('b'), infoOf('c'));
    bench.transport.onSend = (to, message, timeoutMs) =>
      to.host.startsWith('ghost') ? silence(to, message, timeoutMs) : answerOf(to, message);
    for (let i = 0; i < 40; i++) bench.gossip.members.learn(infoOf(`ghost${i}`), 'hearsay');
    const put = write();
    await settle();
    expect(put.outcome).toBe('quorum');
    expect(putHosts()).toEqual(expect.arrayContaining(['a.test', 'b.test', 'c.test']));
  });

  it('OtherEnclave_IsNotSentTo', async () => {
    await bench.prove(infoOf('foreign', { enclave: 'other' }));
    expect(await bench.gossip.writer.write('k', bytes(), 600)).toBe('quorum');
    expect(putHosts()).toEqual([]);
  });

  it('QuorumOutOfReach_AnswersPendingAtOnce_AndStillSends', async () => {
    bench = new GossipBench({ replication: 5 });
    await bench.prove(infoOf('a'), infoOf('b'), infoOf('c'), infoOf('d'));
    for (const id of ['b', 'c', 'd']) for (let i = 0; i < 3; i++) bench.gossip.members.strike(id, true);
    const put = write();
    await settle();
    expect(put.outcome).toBe('pending');
    expect(putHosts()).toEqual(['a.test']);
  });

  it('SendsRefused_AnswersPendingAtOnce', async () => {
    await bench.prove(infoOf('a'), infoOf('b'));
    bench.transport.onSend = () => ({ kind: 'refused' });
    const put = write();
    await settle();
    expect([put.outcome, put.atMs()]).toEqual(['pending', 0]);
  });

  it('OneSendRefused_StillWaitsForTheOthers', async () => {
    await bench.prove(infoOf('a'), infoOf('b'));
    bench.transport.onSend = (to) => (to.host === 'a.test' ? { kind: 'refused' } : { kind: 'ok' });
    const put = write();
    await settle();
    expect(put.outcome).toBeUndefined();
    ack('b');
    await settle();
    expect(put.outcome).toBe('quorum');
  });

  it('Silence_AnswersPendingAtTheWriteTimeout', async () => {
    await bench.prove(infoOf('a'), infoOf('b'));
    bench.transport.onSend = () => ({ kind: 'ok' });
    const put = write();
    await bench.clock.run(4999);
    expect(put.outcome).toBeUndefined();
    await bench.clock.run(1);
    expect([put.outcome, put.atMs(), bench.clock.pendingTimers]).toEqual(['pending', 5000, 0]);
  });

  it('AckAfterTheTimeout_ChangesNothing', async () => {
    await bench.prove(infoOf('a'), infoOf('b'));
    const put = write();
    await bench.clock.run(5000);
    ack('a');
    await settle();
    expect(put.outcome).toBe('pending');
    expect(bench.metrics.value('repram_writes_total', { outcome: 'quorum' })).toBe(0);
  });

  it('Eviction_DoesNotShrinkTheQuorum_ALoneSurvivorSaysPending', async () => {
    await bench.prove(infoOf('a'), infoOf('b'));
    for (const id of ['a', 'b']) for (let i = 0; i < 3; i++) bench.gossip.members.strike(id, true);
    expect(await bench.gossip.writer.write('k', bytes(), 600)).toBe('pending');
  });

  it('Leaving_ShrinksTheQuorum_TheLastNodeSaysQuorum', async () => {
    await bench.prove(infoOf('a', { incarnation: 1 }), infoOf('b', { incarnation: 2 }));
    const leave = { type: 'LEAVE', timestampS: 1, messageId: 'x' } as const;
    bench.gossip.receive({ ...leave, from: 'a', incarnation: 1 });
    bench.gossip.receive({ ...leave, from: 'b', incarnation: 2 });
    expect(await bench.gossip.writer.write('k', bytes(), 600)).toBe('quorum');
  });

  it('GoodbyeOfFormerIncarnation_DoesNotEndTheMember', async () => {
    await bench.prove(infoOf('a', { incarnation: 7 }));
    bench.gossip.receive({ type: 'LEAVE', from: 'a', timestampS: 1, messageId: 'x', incarnation: 6 });
    expect(bench.member('a').state).toBe('alive');
  });

  it('MemberEvicted_DuringTheWrite_IsNotWaitedFor', async () => {
    await bench.prove(infoOf('a'), infoOf('b'));
    const put = write();
    await bench.clock.run(100);
    for (const id of ['a', 'b']) for (let i = 0; i < 3; i++) bench.gossip.members.strike(id, true);
    await settle();
    expect([put.outcome, put.atMs()]).toEqual(['pending', 100]);
  });

  it('FullStore_SendsNothing', async () => {
    bench = new GossipBench({ maxBytes: 1 });
    await bench.prove(infoOf('a'));
    expect(await bench.gossip.writer.write('k', bytes(), 600)).toBe('full');
    expect(putHosts()).toEqual([]);
  });

  it('TooManyPendingWrites_AreRefused_AndNothingIsStored', async () => {
    await bench.prove(infoOf('a'), infoOf('b'));
    for (let i = 0; i < MAX_PENDING_WRITES; i++) write(`k${i}`);
    expect(await bench.gossip.writer.write('one-more', bytes(), 600)).toBe('overloaded');
    expect(bench.store.get('one-more')).toBeUndefined();
    expect(bench.metrics.value('repram_writes_pending')).toBe(MAX_PENDING_WRITES);
  });

  it('AboveTenPeers_OnlyASampleIsSentTo_AndAnyMembersAckCounts', async () => {
    await bench.prove(...Array.from({ length: 12 }, (_, i) => infoOf(`n${i}`)));
    const put = write();
    await settle();
    expect(putHosts()).toHaveLength(4);
    const unsent = bench.gossip.members.live().find(({ address }) => !putHosts().includes(address.host));
    ack(unsent?.id ?? 'none');
    await settle();
    expect(put.outcome).toBe('quorum');
  });

  describe('restart', () => {
    const next = (host: string, instance = 'next') => ({
      ...infoOf('a', { address: host }),
      extension: { incarnation: 6, instance },
    });
    const evictA = () => {
      for (let strike = 0; strike < 3; strike++) bench.gossip.members.strike('a', true);
    };

    it.each<[string, () => void, WriteOutcome]>([
      ['FastRestart_VoidsTheAckOfTheFormerProcess', () => undefined, 'pending'],
      ['Restart_AfterEviction_VoidsTheAckOfTheFormerProcess', evictA, 'pending'],
    ])('%s', async (_name, before, outcome) => {
      expect(await restartBetweenTheAcks(before, next('a.test'))).toBe(outcome);
    });

    it('Restart_AtAnotherAddress_VoidsTheAckOfTheFormerProcess', async () => {
      expect(await restartBetweenTheAcks(() => undefined, next('elsewhere.test'))).toBe('pending');
    });

    it('Refutation_IsNoRestart_TheAckCounts', async () => {
      expect(await restartBetweenTheAcks(() => undefined, next('a.test', 'a5'))).toBe('quorum');
      expect(await restartBetweenTheAcks(() => undefined, next('elsewhere.test', 'a5'))).toBe('quorum');
    });

    /** A write to four peers that needs two ACKs: `a` gives one, turns into `after`, and `b` gives one. */
    async function restartBetweenTheAcks(
      before: () => void,
      after: ReturnType<typeof next>,
    ): Promise<WriteOutcome | undefined> {
      bench.gossip.stop();
      bench = new GossipBench({ replication: 5 });
      await bench.prove(...['a', 'b', 'c', 'd'].map((id) => infoOf(id, { incarnation: 5 })));
      bench.transport.onSend = (_to, message) =>
        message.type === 'PUT' ? { kind: 'ok' } : { kind: 'busy', retryAfterMs: undefined };
      const writing = write();
      await settle();
      ack('a');
      before();
      bench.gossip.members.learn(after, 'hearsay');
      ack('b');
      await bench.clock.run(5000);
      return writing.outcome;
    }
  });
});
