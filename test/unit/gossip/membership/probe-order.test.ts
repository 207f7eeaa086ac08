import { describe, expect, it } from 'vitest';
import type { Member } from '../../../../src/gossip/membership/member.js';
import { ProbeOrder } from '../../../../src/gossip/membership/probe-order.js';
import { GossipBench, infoOf } from '../../../support/gossip-bench.js';
import { SeededRng } from '../../../support/ports.js';

function members(...ids: string[]): readonly Member[] {
  const { gossip } = new GossipBench();
  for (const id of ids) gossip.members.learn(infoOf(id), 'direct');
  return gossip.members.live();
}

const everyone = () => true;

function turns(order: ProbeOrder, of: readonly Member[], count: number): (string | undefined)[] {
  return Array.from({ length: count }, () => order.next(of, everyone)?.id);
}

describe('ProbeOrder', () => {
  it('gives everybody one turn a round, round after round', () => {
    const order = new ProbeOrder(new SeededRng(1));
    const all = members('a', 'b', 'c', 'd', 'e');
    const rounds = [turns(order, all, 5), turns(order, all, 5), turns(order, all, 5)];
    for (const round of rounds) expect([...round].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('draws its order at random', () => {
    const all = members('a', 'b', 'c', 'd', 'e');
    const orders = [1, 2, 3, 4].map((seed) => turns(new ProbeOrder(new SeededRng(seed)), all, 5).join(''));
    expect(new Set(orders).size).toBeGreaterThan(1);
  });

  it('NewMember_HasItsTurnWithinOneRound', () => {
    const order = new ProbeOrder(new SeededRng(3));
    turns(order, members('a', 'b', 'c', 'd'), 2);
    expect(turns(order, members('a', 'b', 'c', 'd', 'new'), 5)).toContain('new');
  });

  it('GoneMember_TakesNobodysTurn', () => {
    const order = new ProbeOrder(new SeededRng(4));
    turns(order, members('a', 'b', 'c', 'd'), 2);
    expect(turns(order, members('a', 'c'), 4).sort()).toEqual(['a', 'a', 'c', 'c']);
  });

  it('SameArray_MembersThatChangedInItAreSeenAsTheyAre', () => {
    const { gossip } = new GossipBench();
    for (const id of ['a', 'b']) gossip.members.learn(infoOf(id), 'direct');
    const order = new ProbeOrder(new SeededRng(6));
    const all = gossip.members.live();
    const alive = (member: Member) => member.state === 'alive';
    order.next(all, alive);
    gossip.members.strike('a', true);
    expect([order.next(all, alive)?.id, order.next(all, alive)?.id]).toEqual(['b', 'b']);
  });

  it('passes over who is not eligible, and ends where nobody is', () => {
    const order = new ProbeOrder(new SeededRng(5));
    const all = members('a', 'b', 'c');
    const onlyB = Array.from({ length: 3 }, () => order.next(all, (member) => member.id === 'b')?.id);
    expect(onlyB).toEqual(['b', 'b', 'b']);
    expect(order.next(all, () => false)).toBeUndefined();
    expect(order.next([], everyone)).toBeUndefined();
  });
});
