import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_CLOCK_SKEW_MS } from '../../../../src/gossip/hybrid-clock.js';
import { formatMessageId } from '../../../../src/gossip/wire/message-id.js';
import { GossipBench, infoOf, putOf } from '../../../support/gossip-bench.js';
import { settle } from '../../../support/virtual-clock.js';

let bench: GossipBench;

beforeEach(async () => {
  bench = new GossipBench();
  await bench.prove(infoOf('a', { incarnation: 1 }), infoOf('foreign', { enclave: 'other' }));
});

afterEach(() => bench.gossip.stop());

const text = (key = 'k') => {
  const held = bench.store.get(key);
  return held && Buffer.from(held.bytes).toString();
};
const bytes = (value: string) => Uint8Array.from(Buffer.from(value));

/** A write of a node of ours, made `aheadMs` after now. */
function stamped(aheadMs: number, value: string, from = 'a', logical = 0) {
  const ms = bench.clock.nowMs() + aheadMs;
  const messageId = formatMessageId({ ms, logical, origin: from }, 'ab');
  return putOf(from, messageId, { timestampS: Math.floor(ms / 1000), data: bytes(value) });
}

describe('Receiver', () => {
  it('Write_IsAckedInTheAnswer_WhereTheOriginAsksForThat', () => {
    const receipt = bench.gossip.receive(putOf('a', 'm1', { wantsReply: true }));
    expect(receipt).toMatchObject({ kind: 'ok', reply: { type: 'ACK', from: 'self', to: 'a', messageId: 'm1' } });
    expect(bench.transport.sent).toEqual([]);
  });

  it('OldNodesPut_IsAckedByARequestOfItsOwn', async () => {
    expect(bench.gossip.receive(putOf('a', 'm1'))).toEqual({ kind: 'ok' });
    await settle();
    expect(bench.transport.of('ACK', 'a.test').map(({ message }) => message.messageId)).toEqual(['m1']);
  });

  it('UnknownOrigin_IsStoredButNotAcked', async () => {
    expect(bench.gossip.receive(putOf('stranger', 'm1', { wantsReply: true }))).toEqual({ kind: 'ok' });
    await settle();
    expect([text(), bench.transport.sent]).toEqual(['value', []]);
  });

  it('LeftOrigin_IsNotAcked', () => {
    bench.gossip.members.leave('a');
    expect(bench.gossip.receive(putOf('a', 'm1', { wantsReply: true }))).toEqual({ kind: 'ok' });
  });

  it('DeadOrigin_IsStillAcked', () => {
    for (let i = 0; i < 3; i++) bench.gossip.members.strike('a', true);
    expect(bench.gossip.receive(putOf('a', 'm1', { wantsReply: true }))).toHaveProperty('reply');
  });

  it('Repetition_IsAppliedAndAckedOnce_TowardsOlderNodes', async () => {
    for (let i = 0; i < 3; i++) bench.gossip.receive(putOf('a', 'm1'));
    await settle();
    expect(bench.transport.of('ACK')).toHaveLength(1);
    expect(bench.metrics.value('repram_writes_repeated_total')).toBe(2);
  });

  it('Repetition_AfterALostAnswer_IsAckedAgain', () => {
    const put = putOf('a', 'm1', { wantsReply: true });
    bench.gossip.receive(put);
    expect(bench.gossip.receive(put)).toHaveProperty('reply.messageId', 'm1');
    expect(bench.metrics.value('repram_writes_received_total')).toBe(1);
  });

  it('Repetition_FromTheOrigin_IsASignOfItsLife_OneThatIsPassedOnIsNot', () => {
    bench.gossip.receive(putOf('a', 'm1', { wantsReply: true }));
    bench.clock.advance(1000);
    bench.gossip.receive(putOf('a', 'm1'));
    expect(bench.member('a').heardMs).toBe(bench.clock.monotonicMs() - 1000);
    bench.gossip.receive(putOf('a', 'm1', { wantsReply: true }));
    expect(bench.member('a').heardMs).toBe(bench.clock.monotonicMs());
  });

  it('OwnWrite_ComingBack_IsIgnored', () => {
    expect(bench.gossip.receive(putOf('self', 'm1', { wantsReply: true }))).toEqual({ kind: 'ok' });
    expect(text()).toBeUndefined();
  });

  it('ForeignEnclave_IsDropped', () => {
    expect(bench.gossip.receive(putOf('foreign', 'm1', { wantsReply: true }))).toEqual({ kind: 'ok' });
    expect([text(), bench.metrics.value('repram_writes_foreign_total')]).toEqual([undefined, 1]);
  });

  it('ForeignEnclave_OfAnUnknownOrigin_IsDropped_AtTheAddressOfAFormerMember', () => {
    expect(bench.gossip.receive(putOf('stranger', 'm1', { enclave: 'other', wantsReply: true }))).toEqual({
      kind: 'ok',
    });
    expect([text(), bench.metrics.value('repram_writes_foreign_total')]).toEqual([undefined, 1]);
    bench.gossip.receive(putOf('stranger', 'm2', { enclave: 'default' }));
    expect(text()).toBe('value');
  });

  it('FullStore_RefusesWithoutHarm_AndTheWriteCanComeAgain', async () => {
    bench = new GossipBench({ maxBytes: 2000 });
    await bench.prove(infoOf('a'));
    const large = putOf('a', 'm1', { data: new Uint8Array(5000), wantsReply: true });
    expect([bench.gossip.receive(large), bench.gossip.receive(large)]).toEqual([{ kind: 'full' }, { kind: 'full' }]);
    const small = { ...large, data: bytes('small') };
    expect(bench.gossip.receive(small)).toHaveProperty('reply');
    expect(text()).toBe('small');
  });

  it('Expired_OnArrival_IsNeitherStoredNorAcked_AtNoRepetition', () => {
    const put = { ...stamped(-400_000, 'late'), wantsReply: true as const, ttlSeconds: 300 };
    for (let i = 0; i < 2; i++) expect(bench.gossip.receive(put)).toEqual({ kind: 'ok' });
    expect([text(), bench.metrics.value('repram_writes_received_total')]).toEqual([undefined, 0]);
  });

  it('HigherVersionWins_InWhateverOrderWritesArrive', () => {
    bench.gossip.receive(stamped(20, 'second'));
    bench.gossip.receive(stamped(10, 'first'));
    expect(text()).toBe('second');
    bench.gossip.receive(stamped(20, 'third', 'a', 1));
    expect(text()).toBe('third');
  });

  it('TiedVersions_AreDecidedByOrigin_InWhateverOrder', () => {
    for (const [first, second] of [
      ['x', 'y'],
      ['y', 'x'],
    ] as const) {
      const key = `${first}${second}`;
      for (const from of [first, second]) bench.gossip.receive({ ...stamped(5, from, from), key });
      expect(text(key)).toBe('y');
      bench.clock.advance(60_000);
    }
  });

  it('SupersededWrite_CountsAsApplied_AndIsAcked', () => {
    bench.gossip.receive(stamped(20, 'newer'));
    expect(bench.gossip.receive({ ...stamped(10, 'older'), wantsReply: true })).toHaveProperty('reply');
    expect(text()).toBe('newer');
  });

  it('OwnWrite_BeatsWhatWasSeenBefore_ThoughItsClockIsBehind', () => {
    bench.gossip.receive(stamped(30_000, 'from ahead'));
    void bench.gossip.writer.write('k', bytes('own'), 600);
    expect(text()).toBe('own');
  });

  it('OldNodesOverwrite_InTheSameSecond_Wins', () => {
    void bench.gossip.writer.write('k', bytes('ours'), 600);
    bench.gossip.receive(
      putOf('a', 'opaque', { timestampS: Math.floor(bench.clock.nowMs() / 1000), data: bytes('theirs') }),
    );
    expect(text()).toBe('theirs');
  });

  it('CopiesExpireAtTheSameMoment_WhateverTheTimeOnTheWay', () => {
    const put = stamped(0, 'v');
    const madeMs = bench.clock.nowMs();
    bench.clock.advance(7000);
    bench.gossip.receive(put);
    expect(bench.store.get('k')?.expiresAtMs).toBe(madeMs + 600_000);
  });

  it('OldNodesPut_LivesItsTtlFromArrival', () => {
    bench.gossip.receive(putOf('a', 'opaque', { timestampS: 1 }));
    expect(bench.store.get('k')?.expiresAtMs).toBe(bench.clock.nowMs() + 600_000);
  });

  it.each([
    [0, 300],
    [2_147_483_647, 86_400],
  ])('Ttl of %i s on the wire is clamped to %i s', (ttlSeconds, kept) => {
    bench.gossip.receive(putOf('a', 'm1', { ttlSeconds }));
    expect(bench.store.get('k')?.ttlSeconds).toBe(kept);
  });

  it('FutureStamp_IsClampedToTheSkew_AndDoesNotDragTheClockAlong', () => {
    bench.gossip.receive(stamped(24 * 3_600_000, 'from tomorrow'));
    expect(bench.store.get('k')?.version.ms).toBe(bench.clock.nowMs() + MAX_CLOCK_SKEW_MS);
    expect(bench.metrics.value('repram_versions_clamped_total')).toBe(1);
    void bench.gossip.writer.write('k', bytes('own'), 600);
    expect(text()).toBe('own');
    expect(bench.store.get('k')?.version.ms).toBeLessThanOrEqual(bench.clock.nowMs() + MAX_CLOCK_SKEW_MS);
  });

  it('UpToTenPeers_NobodyForwards', async () => {
    await bench.prove(...Array.from({ length: 9 }, (_, i) => infoOf(`n${i}`)));
    bench.gossip.receive(putOf('a', 'm1', { wantsReply: true }));
    await settle();
    expect(bench.transport.of('PUT')).toEqual([]);
  });

  it('AboveTenPeers_FirstTimeReceiverForwards_WithoutWish_NeverBack', async () => {
    await bench.prove(...Array.from({ length: 11 }, (_, i) => infoOf(`n${i}`)));
    for (let i = 0; i < 30; i++) bench.gossip.receive(putOf('a', `m${i}`, { wantsReply: true }));
    bench.gossip.receive(putOf('a', 'm1', { wantsReply: true }));
    await settle();
    const forwarded = bench.transport.of('PUT');
    expect(forwarded).toHaveLength(30 * 4);
    expect(forwarded.filter(({ to, message }) => to.host === 'a.test' || message.wantsReply)).toEqual([]);
    expect(forwarded.every(({ message }) => message.from === 'a')).toBe(true);
  });

  it('ElevenPeers_TheOriginCountsAsOne_FourAreForwardedTo', async () => {
    await bench.prove(...Array.from({ length: 10 }, (_, i) => infoOf(`n${i}`)));
    bench.gossip.receive(putOf('a', 'm1', { wantsReply: true }));
    await settle();
    expect(bench.transport.of('PUT')).toHaveLength(4);
  });

  it('Ghosts_DoNotTakeThePlaceOfMembers_WhereAWriteIsForwarded', async () => {
    await bench.prove(...Array.from({ length: 11 }, (_, i) => infoOf(`n${i}`)));
    bench.transport.onSend = () => new Promise(() => undefined);
    for (let i = 0; i < 1000; i++) bench.gossip.members.learn(infoOf(`ghost${i}`), 'hearsay');
    bench.gossip.receive(putOf('a', 'm1', { wantsReply: true }));
    await settle();
    const hosts = bench.transport.of('PUT').map(({ to }) => to.host);
    expect(hosts.filter((host) => !host.startsWith('ghost'))).toHaveLength(4);
  });

  it('ForwardedWrite_IsAckedToItsOrigin_AndProvesNothingAboutIt', async () => {
    bench.gossip.members.learn(infoOf('origin'), 'hearsay');
    await settle();
    bench.transport.sent.length = 0;
    bench.gossip.receive(putOf('origin', 'm1'));
    await settle();
    expect(bench.transport.of('ACK', 'origin.test')).toHaveLength(1);
    expect(bench.member('origin').introduced).toBe(false);
  });
});
