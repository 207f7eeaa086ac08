import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Receipt } from '../../../src/gossip/inbox.js';
import { REMOVAL_MEMORY_MS } from '../../../src/gossip/membership/tombstones.js';
import type { NodeInfo, PingMessage } from '../../../src/gossip/wire/message.js';
import type { Tombstone } from '../../../src/gossip/wire/news.js';
import { answerOf, GossipBench, infoOf, SELF } from '../../support/gossip-bench.js';

let bench: GossipBench;
const ours = (id: string, incarnation = 5): NodeInfo => infoOf(id, { incarnation });

beforeEach(async () => {
  bench = new GossipBench();
  bench.transport.onSend = answerOf;
  await bench.prove(ours('a'), ours('b'), infoOf('old'));
});

afterEach(() => bench.gossip.stop());

function tombstoneOf(id: string, incarnation: number): Tombstone {
  const removedAtMs = bench.clock.nowMs();
  return { id, incarnation, removedAtMs, expiresAtMs: removedAtMs + REMOVAL_MEMORY_MS, by: 'b' };
}

function pingOf(nodeInfo: NodeInfo, parts: Partial<PingMessage> = {}): PingMessage {
  const { id: from } = nodeInfo;
  return { type: 'PING', from, timestampS: 1, messageId: '', to: SELF.id, nodeInfo, wantsReply: true, ...parts };
}

const replyOf = (receipt: Receipt) => (receipt.kind === 'ok' ? receipt.reply : undefined);
const toldTo = (host: string) => bench.transport.of('NEWS', host).flatMap(({ message }) => message.news);

describe('Removal', () => {
  it('OfAMember_IsToldIt_AndTheOthers_AndTheOldPeersAreNot', async () => {
    const tombstone = bench.gossip.remove('a');
    await bench.clock.run(1000);
    const nowMs = bench.clock.nowMs() - 1000;
    expect(tombstone).toEqual({
      id: 'a',
      incarnation: nowMs,
      removedAtMs: nowMs,
      expiresAtMs: nowMs + REMOVAL_MEMORY_MS,
      by: SELF.id,
    });
    expect([toldTo('a.test'), toldTo('old.test')]).toEqual([[{ kind: 'removed', tombstone }], []]);
    expect(toldTo('b.test')).toContainEqual({ kind: 'removed', tombstone });
    expect([bench.member('a').state, bench.events]).toEqual(['removed', [['removed', 'a']]]);
  });

  it('OfAMember_EndsItsConnections_BeforeItIsTold_NotWhileItIs', () => {
    const forgottenAtSend: number[] = [];
    bench.transport.onSend = (to, message) => {
      if (to.host === 'a.test' && message.type === 'NEWS') forgottenAtSend.push(bench.transport.forgotten.length);
      return answerOf(to, message);
    };
    bench.gossip.remove('a');
    expect([forgottenAtSend, bench.transport.forgotten]).toEqual([[1], [bench.member('a').address]]);
  });

  it('OfAnOldPeer_ThatSaysThatItIsThere_IsNotAnsweredWithWhoIs', async () => {
    bench.gossip.remove('old');
    bench.gossip.receive({ type: 'SYNC', from: 'old', timestampS: 1, messageId: '', nodeInfo: infoOf('old') });
    await bench.clock.run(0);
    expect(bench.transport.of('SYNC', 'old.test')).toEqual([]);
  });

  it('BarsWhateverIncarnationTheProcessMayYetTake', () => {
    bench.gossip.remove('a');
    for (let incarnation = 5; incarnation < 100; incarnation++) {
      bench.gossip.receive(pingOf({ ...ours('a'), extension: { incarnation, instance: 'a5' } }));
    }
    expect(bench.member('a').state).toBe('removed');
  });

  it('OfAnUnknownNode_IsNone', () => {
    expect([bench.gossip.remove('nobody'), bench.gossip.remove(SELF.id)]).toEqual([undefined, undefined]);
  });

  it('OfAnOldPeer_WhateverOthersSay_IsNotUndone', async () => {
    bench.gossip.remove('old');
    for (let hours = 0; hours < 23; hours++) {
      for (const type of ['hearsay', 'direct'] as const) bench.gossip.members.learn(infoOf('old'), type);
      bench.gossip.receive(pingOf(infoOf('old')));
      bench.clock.advance(3_600_000);
    }
    expect([bench.member('old').state, bench.transport.of('SYNC', 'old.test')]).toEqual(['removed', []]);
  });

  it('RemovedMember_ThatGoesOnAsking_IsToldThatItWasRemoved', () => {
    const tombstone = bench.gossip.remove('a');
    expect(replyOf(bench.gossip.receive(pingOf(ours('a'))))).toMatchObject({ news: [{ kind: 'removed', tombstone }] });
    expect(bench.gossip.receive(pingOf(infoOf('old'), { from: 'x' }))).toEqual({ kind: 'ok' });
  });

  it('RemovedMembers_WordIsNotHeard', () => {
    bench.gossip.remove('a');
    const news = [{ kind: 'left', id: 'b', incarnation: 5 } as const];
    bench.gossip.receive({ type: 'NEWS', from: 'a', timestampS: 1, messageId: '', news });
    bench.gossip.receive(pingOf(ours('a'), { news }));
    expect(bench.member('b').state).toBe('alive');
  });

  it('RemovedNode_ComesBackAsANewProcess_EvenWithItsClockBehind', () => {
    const incarnation = bench.gossip.remove('a')?.incarnation ?? 0;
    const behind = { ...ours('a'), extension: { incarnation: 4, instance: 'next' } };
    expect(replyOf(bench.gossip.receive(pingOf(behind)))).toMatchObject({ known: { incarnation, instance: 'a5' } });
    const above = { ...behind, extension: { incarnation: incarnation + 1, instance: 'next' } };
    bench.gossip.receive(pingOf(above));
    expect(bench.member('a').state).toBe('alive');
  });

  describe('of this node', () => {
    let removals: Tombstone[];

    beforeEach(() => {
      removals = [];
      bench.gossip.onRemoved = (tombstone) => void removals.push(tombstone);
      bench.gossip.start();
    });

    const learn = (tombstone: Tombstone): void => {
      bench.gossip.receive({
        ...{ type: 'NEWS', from: 'b', timestampS: 1, messageId: '' },
        news: [{ kind: 'removed', tombstone }],
      });
    };

    it('RemovedProcess_StopsProbing_AndTellsTheOperator', async () => {
      const tombstone = tombstoneOf(SELF.id, SELF.incarnation);
      learn(tombstone);
      learn(tombstone);
      bench.transport.sent.length = 0;
      bench.gossip.receive(pingOf(ours('newcomer')));
      await bench.clock.run(120_000);
      expect([removals, bench.gossip.removal, bench.transport.sent]).toEqual([[tombstone], tombstone, []]);
      expect(bench.log.messages('error')).toHaveLength(1);
    });

    it('RemovedProcess_StillAnswers', () => {
      learn(tombstoneOf(SELF.id, SELF.incarnation));
      expect(replyOf(bench.gossip.receive(pingOf(ours('b'))))).toMatchObject({ type: 'PONG', to: 'b' });
    });

    it('OfAFormerProcess_IsNotOfThisOne', async () => {
      learn(tombstoneOf(SELF.id, SELF.incarnation - 1));
      await bench.clock.run(5000);
      expect([removals, bench.gossip.removal]).toEqual([[], undefined]);
      expect(bench.transport.of('PING').length).toBeGreaterThan(0);
    });
  });
});
