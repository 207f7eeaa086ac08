import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_RELAYED_WRITES } from '../../../../src/gossip/replication/relay.js';
import type { AckMessage, PutMessage } from '../../../../src/gossip/wire/message.js';
import { answerOf, GossipBench, infoOf, putOf, SELF } from '../../../support/gossip-bench.js';

const WRITE_TIMEOUT_MS = 5000;

let bench: GossipBench;
let acks: AckMessage[];

beforeEach(async () => {
  acks = [];
  bench = new GossipBench({ maxBytes: 10_000, writeTimeoutMs: WRITE_TIMEOUT_MS });
  await bench.prove(infoOf('a', { incarnation: 1 }), infoOf('b', { incarnation: 1 }));
});

afterEach(() => bench.gossip.stop());

const write = (put: PutMessage, enclave = 'default') =>
  bench.gossip.relay.write(put, enclave, (ack) => void acks.push(ack));

const ackOf = (from: string, messageId: string): AckMessage => ({
  type: 'ACK',
  from,
  timestampS: 1_795_215_340,
  messageId,
  key: 'k',
  to: SELF.id,
});

const authors = (): string[] => acks.map(({ from }) => from);

describe('Relay', () => {
  it('Write_IsStored_AndSentOnInThisNodesName_UnderItsOwnId', async () => {
    expect(write(putOf('child', 'm1'))).toBe('held');
    await bench.clock.run(0);
    expect(Buffer.from(bench.store.get('k')?.bytes ?? '').toString()).toBe('value');
    const sent = bench.transport.of('PUT');
    expect(sent.map(({ to }) => to.host).sort()).toEqual(['a.test', 'b.test']);
    for (const { message } of sent) {
      expect(message).toMatchObject({ messageId: 'm1', from: SELF.id, enclave: 'default', wantsReply: true });
    }
  });

  it('Write_OfAnotherEnclave_GoesToItsMembers_AndIsNotKept', async () => {
    await bench.prove(infoOf('far', { enclave: 'other', incarnation: 1 }));
    expect(write(putOf('child', 'm1'), 'other')).toBe('passed');
    await bench.clock.run(0);
    expect(bench.store.get('k')).toBeUndefined();
    expect(bench.transport.of('PUT').map(({ to, message }) => [to.host, message.enclave])).toEqual([
      ['far.test', 'other'],
    ]);
  });

  it('Acks_OfDistinctMembers_AreHandedOn_AndNoneFromWithinTheCall', async () => {
    bench.transport.onSend = answerOf;
    write(putOf('child', 'm1'));
    expect(acks).toEqual([]);
    await bench.clock.run(0);
    expect(authors().sort()).toEqual(['a', 'b']);
    bench.gossip.receive(ackOf('a', 'm1'));
    expect(acks).toHaveLength(2);
  });

  it('Acks_OfStrangers_OfTheUnproven_OfTheGone_AndOfOtherEnclaves_CountForNothing', async () => {
    await bench.prove(infoOf('far', { enclave: 'other', incarnation: 1 }));
    bench.gossip.members.learn(infoOf('unproven'), 'hearsay');
    bench.gossip.members.leave('b');
    write(putOf('child', 'm1'));
    for (const id of ['stranger', 'far', 'unproven', 'b', SELF.id]) bench.gossip.relay.receiveAck(ackOf(id, 'm1'));
    bench.gossip.relay.receiveAck(ackOf('a', 'another write'));
    expect(acks).toEqual([]);
    bench.gossip.relay.receiveAck(ackOf('a', 'm1'));
    expect(authors()).toEqual(['a']);
  });

  it('Ack_AfterTheWriteTimeout_IsHandedToNobody', async () => {
    write(putOf('child', 'm1'));
    await bench.clock.run(WRITE_TIMEOUT_MS - 1);
    bench.gossip.relay.receiveAck(ackOf('a', 'm1'));
    await bench.clock.run(1);
    bench.gossip.relay.receiveAck(ackOf('b', 'm1'));
    expect(authors()).toEqual(['a']);
  });

  it('WriteThatComesAgain_IsSentOnAgain_ItsAcksGoToWhoeverSentItLast_AndNothingElseChanges', async () => {
    write(putOf('child', 'm1'));
    await bench.clock.run(0);
    const [before, sent] = [bench.store.get('k'), bench.transport.of('PUT').length];
    const later: string[] = [];
    const again = bench.gossip.relay.write(putOf('child', 'm1'), 'default', ({ from }) => void later.push(from));
    expect(again).toBe('repeated');
    await bench.clock.run(0);
    bench.gossip.relay.receiveAck(ackOf('a', 'm1'));
    expect([acks, later]).toEqual([[], ['a']]);
    expect(bench.store.get('k')).toBe(before);
    expect(bench.transport.of('PUT')).toHaveLength(2 * sent);
  });

  it('WriteThatAMemberHasBroughtBefore_IsHeld_UnderTheSameVersion', () => {
    bench.gossip.receive(putOf('a', 'm1'));
    const before = bench.store.get('k');
    expect(write(putOf('child', 'm1'))).toBe('repeated');
    expect(bench.store.get('k')).toBe(before);
  });

  it('NoRoom_DropsTheWrite_NothingIsSent_AndItCanComeAgain', async () => {
    const large = putOf('child', 'large', { data: new Uint8Array(20_000) });
    expect(write(large)).toBe('dropped');
    await bench.clock.run(0);
    expect(bench.transport.of('PUT')).toEqual([]);
    bench.gossip.relay.receiveAck(ackOf('a', 'large'));
    expect(acks).toEqual([]);
    expect(write({ ...large, data: new Uint8Array(10) })).toBe('held');
  });

  it('MemberThatDoesNotTakeIt_IsRemembered_OfAnotherEnclaveItIsNot', async () => {
    await bench.prove(infoOf('far', { enclave: 'other', incarnation: 1 }));
    bench.transport.onSend = (to, message) => (to.host === 'a.test' ? answerOf(to, message) : { kind: 'refused' });
    write(putOf('child', 'm1'));
    write(putOf('child', 'm2'), 'other');
    await bench.clock.run(0);
    expect(bench.metrics.value('repram_hints_kept_total')).toBe(1);
  });

  it('WritesThatAreWaitedFor_AreBounded_TheLongestWaitingGoes_AndIsCounted', () => {
    bench.gossip.members.leave('a');
    bench.gossip.members.leave('b');
    for (let i = 0; i <= MAX_RELAYED_WRITES; i++) write(putOf('child', `m${i}`), 'other');
    expect(bench.metrics.value('repram_relayed_writes_displaced_total')).toBe(1);
    expect(bench.metrics.value('repram_relayed_writes_total')).toBe(MAX_RELAYED_WRITES + 1);
  });
});
