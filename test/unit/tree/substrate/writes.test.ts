import { afterEach, describe, expect, it } from 'vitest';
import type { AckMessage } from '../../../../src/gossip/wire/message.js';
import { MAX_SENT_DOWN, SENT_DOWN_MS } from '../../../../src/tree/substrate/sent-down.js';
import type { FakeLink } from '../../../support/fake-link-substrate.js';
import { infoOf, putOf } from '../../../support/gossip-bench.js';
import { SubstrateBench } from '../../../support/substrate-bench.js';

let bench = new SubstrateBench();

afterEach(() => {
  bench.substrate.stop();
  bench = new SubstrateBench();
});

const write = (link: FakeLink, id: string, parts: Parameters<typeof putOf>[2] = {}): void =>
  link.receive({ type: 'put', message: putOf('child', id, parts) });

const acks = (link: FakeLink): AckMessage[] => link.of('ack').map(({ message }) => message);
const writes = (link: FakeLink): string[] => link.of('put').map(({ message }) => message.messageId);
const ackOf = (from: string, messageId: string): AckMessage => ({
  ...{ type: 'ACK', from, timestampS: 1_795_215_340, messageId, to: 'self', key: 'k' },
});

describe('a write of a child', () => {
  it('Held_IsRelayedInThisNodesNameAndAcknowledgedAtOnce', () => {
    const link = bench.greet('child');
    write(link, 'm1', { from: 'whoever', wantsReply: true });
    const [relayed] = bench.mesh.relayed;
    expect(relayed?.enclave).toBe('default');
    expect(relayed?.put).toEqual(putOf('self', 'm1', { enclave: 'default' }));
    expect(acks(link)).toEqual([
      { type: 'ACK', from: 'self', to: 'child', messageId: 'm1', key: 'k', timestampS: 1_795_215_340 },
    ]);
  });

  it('OfAnotherEnclave_IsPassedOnAndNotAcknowledgedByThisNode', () => {
    bench.mesh.relayOutcome = 'passed';
    const link = bench.greet('child', { enclave: 'other' });
    write(link, 'm1');
    expect(bench.mesh.relayed.map(({ enclave, put }) => [enclave, put.enclave])).toEqual([['other', 'other']]);
    expect(acks(link)).toEqual([]);
  });

  it('Dropped_IsNeitherAcknowledgedNorSentDown', () => {
    bench.mesh.relayOutcome = 'dropped';
    const [link, sibling] = [bench.greet('child'), bench.greet('sibling')];
    write(link, 'm1');
    expect([acks(link), writes(sibling)]).toEqual([[], []]);
    bench.mesh.relayOutcome = 'held';
    write(link, 'm1');
    expect([acks(link).length, writes(sibling)]).toEqual([1, ['m1']]);
  });

  it('ThatNamesAnEnclaveWhichIsNotTheChilds_GoesNowhere', () => {
    const link = bench.greet('child');
    write(link, 'm1', { enclave: 'other' });
    expect([bench.mesh.relayed, acks(link), link.ending]).toEqual([[], [], undefined]);
    expect(bench.metrics.value('repram_tree_child_writes_total', { outcome: 'misplaced' })).toBe(1);
  });

  it('AcksOfMembers_GoDownToTheChild', () => {
    const link = bench.greet('child');
    write(link, 'm1');
    bench.mesh.relayed[0]?.onAck(ackOf('a', 'm1'));
    bench.mesh.relayed[0]?.onAck(ackOf('b', 'm1'));
    expect(acks(link).map(({ from, to, messageId }) => [from, to, messageId])).toEqual([
      ['self', 'child', 'm1'],
      ['a', 'child', 'm1'],
      ['b', 'child', 'm1'],
    ]);
  });

  it('AckAfterTheCountHasChanged_GoesDownBehindTheNewCount', () => {
    const [ours, foreign] = [bench.greet('child'), bench.greet('foreign', { foreign: true })];
    bench.mesh.members = [infoOf('a'), infoOf('b')];
    for (const link of [ours, foreign]) write(link, link === ours ? 'm1' : 'm2');
    bench.mesh.relayed[0]?.onAck(ackOf('a', 'm1'));
    const told = ours.sent.flatMap((frame) =>
      frame.type === 'view' ? [String(frame.basis)] : frame.type === 'ack' ? ['ack'] : [],
    );
    expect(told).toEqual(['1', '3', 'ack', 'ack']);
    expect(foreign.of('view')).toEqual([]);
  });

  it('AcksOfMembers_FollowTheChildToItsNewSocket_AndAreDroppedWhereItHasNone', () => {
    const old = bench.greet('child');
    write(old, 'm1');
    old.end();
    bench.mesh.relayed[0]?.onAck(ackOf('a', 'm1'));
    const link = bench.greet('child');
    bench.mesh.relayed[0]?.onAck(ackOf('b', 'm1'));
    expect(acks(link).map(({ from }) => from)).toEqual(['b']);
    expect(acks(old)).toHaveLength(1);
  });

  it('GoesToSiblingsOfItsEnclave_NotBackAndNotElsewhere', () => {
    const child = bench.greet('child');
    const [sibling, foreign] = [bench.greet('sibling'), bench.greet('foreign', { foreign: true })];
    const elsewhere = bench.greet('elsewhere', { enclave: 'other' });
    write(child, 'm1');
    expect([child, sibling, foreign, elsewhere].map(writes)).toEqual([[], ['m1'], ['m1'], []]);
    expect(sibling.of('put')[0]?.message).toEqual(putOf('self', 'm1', { enclave: 'default' }));
  });

  it('Again_IsRelayedAndAcknowledgedAgain_AndReachesSiblingsOnce', () => {
    const sibling = bench.greet('sibling');
    const old = bench.greet('child');
    write(old, 'm1');
    old.end();
    const link = bench.greet('child');
    write(link, 'm1');
    expect([bench.mesh.relayed.length, acks(link).length, writes(sibling)]).toEqual([2, 1, ['m1']]);
  });

  it('OfAnEnclaveThatIsNotThisNodes_ReachesItsSiblings', () => {
    bench.mesh.relayOutcome = 'passed';
    const [child, sibling] = [bench.greet('child', { enclave: 'other' }), bench.greet('sibling', { enclave: 'other' })];
    const here = bench.greet('here');
    write(child, 'm1');
    expect([writes(child), writes(sibling), writes(here)]).toEqual([[], ['m1'], []]);
  });
});

describe('a write of a member, or of this node', () => {
  it('GoesToTheChildrenOfItsEnclave_EncodedOnce_WithoutAskingForAReply', () => {
    const links = ['a', 'b', 'c'].map((id) => bench.greet(id));
    const foreign = bench.greet('f', { foreign: true });
    const elsewhere = bench.greet('e', { enclave: 'other' });
    const before = bench.codec.encodings;
    bench.substrate.spread(putOf('member', 'm1', { enclave: 'default', wantsReply: true }));
    expect([...links, foreign].map(writes)).toEqual([['m1'], ['m1'], ['m1'], ['m1']]);
    expect(writes(elsewhere)).toEqual([]);
    expect(bench.codec.encodings - before).toBe(1);
    expect(foreign.of('put')[0]?.message).toEqual(putOf('member', 'm1', { enclave: 'default' }));
    expect(bench.metrics.value('repram_tree_writes_down_total')).toBe(4);
  });

  it('WithoutAnEnclave_IsOfThisNodes', () => {
    const [here, elsewhere] = [bench.greet('here'), bench.greet('elsewhere', { enclave: 'other' })];
    bench.substrate.spread(putOf('member', 'm1'));
    expect([writes(here), writes(elsewhere)]).toEqual([['m1'], []]);
  });

  it('GoesDownOnce', () => {
    const link = bench.greet('child');
    bench.substrate.spread(putOf('member', 'm1'));
    bench.substrate.spread(putOf('other-member', 'm1'));
    expect(writes(link)).toEqual(['m1']);
  });

  it('IsNotSentToAChildThatIsAMember', () => {
    const [child, both] = [bench.greet('child'), bench.greet('both')];
    bench.mesh.members = [infoOf('both')];
    bench.substrate.spread(putOf('member', 'm1'));
    expect([writes(child), writes(both)]).toEqual([['m1'], []]);
  });

  it('IsNotSentToItsOrigin', () => {
    const [child, sibling] = [bench.greet('child'), bench.greet('sibling')];
    bench.substrate.spread(putOf('self', 'm1'), 'child');
    expect([writes(child), writes(sibling)]).toEqual([[], ['m1']]);
  });

  it('IsNotSentToWhoWroteItAsTheChildOfAnotherNode', () => {
    const [writer, sibling] = [bench.greet('writer'), bench.greet('sibling')];
    const id = 'hlc.1795215340000.0.ab12.writer';
    bench.substrate.spread(putOf('its-former-parent', id));
    expect([writes(writer), writes(sibling)]).toEqual([[], [id]]);
  });

  it('IsNotSentToSocketsThatAreNoChilds', () => {
    const waiting = bench.open();
    bench.greet('child');
    const contesting = bench.greet('child');
    bench.substrate.spread(putOf('member', 'm1'));
    expect([writes(waiting), writes(contesting)]).toEqual([[], []]);
  });
});

describe('the memory of what went down', () => {
  it('Forgets_AfterAWhile', () => {
    const link = bench.greet('child');
    bench.substrate.spread(putOf('member', 'm1'));
    bench.live(SENT_DOWN_MS);
    bench.substrate.spread(putOf('member', 'm1'));
    expect(writes(link)).toEqual(['m1']);
    bench.live(SENT_DOWN_MS);
    bench.substrate.spread(putOf('member', 'm2'));
    bench.live(SENT_DOWN_MS);
    bench.substrate.spread(putOf('member', 'm1'));
    expect(writes(link)).toEqual(['m1', 'm2', 'm1']);
  });

  it('IsBounded_AndSaysWhenThatBites', () => {
    const link = bench.greet('child');
    const early = () => bench.metrics.value('repram_tree_sent_down_forgotten_early_total');
    for (let i = 0; i < 2 * MAX_SENT_DOWN; i++) bench.substrate.spread(putOf('member', `m${i}`));
    expect(early()).toBe(0);
    bench.substrate.spread(putOf('member', 'one more'));
    expect(early()).toBe(MAX_SENT_DOWN);
    bench.substrate.spread(putOf('member', `m${MAX_SENT_DOWN}`));
    expect(link.sent.filter((frame) => frame.type === 'put')).toHaveLength(2 * MAX_SENT_DOWN + 1);
  });
});
