import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../../../src/gossip/wire/message.js';
import type { News, Tombstone } from '../../../../src/gossip/wire/news.js';
import { answerOf, GossipBench, infoOf, SELF } from '../../../support/gossip-bench.js';

let bench: GossipBench;
const incarnation = SELF.incarnation;

const ours = (id: string, incarnation = 5) => infoOf(id, { incarnation });

beforeEach(async () => {
  bench = new GossipBench();
  bench.transport.onSend = answerOf;
  await bench.prove(...['a', 'b', 'c', 'd'].map((id) => ours(id)));
});

afterEach(() => {
  bench.gossip.stop();
  SELF.incarnation = incarnation;
  delete SELF.leaving;
  SELF.contenders.clear();
});

/** `from` tells this node something. */
function tell(from: string, ...news: readonly News[]): void {
  bench.gossip.receive({ type: 'NEWS', from, timestampS: 1, messageId: '', news });
}

const claim = (kind: 'suspect' | 'dead', by: string, incarnation = 5, id = 'a'): News => {
  return { kind, id, incarnation, by, silentMs: 3000 };
};

const newsIn = (message: Message): readonly News[] => ('news' in message ? (message.news ?? []) : []);

/** What this node has told others since, each item once. */
async function told(): Promise<readonly News[]> {
  await bench.clock.run(300);
  const all = bench.transport.sent.flatMap(({ message }) => newsIn(message));
  return [...new Map(all.map((item) => [JSON.stringify({ ...item, silentMs: 0 }), item])).values()];
}

const stateOf = (id: string) => bench.member(id).state;

function tombstoneOf(id: string, incarnation: number): Tombstone {
  const nowMs = bench.clock.nowMs();
  return { id, incarnation, removedAtMs: nowMs, expiresAtMs: nowMs + 3_600_000, by: 'b' };
}

describe('Rumours', () => {
  describe('of a death', () => {
    it('HearsayOfADeath_IsASuspicion', async () => {
      bench.transport.onSend = (to, message) =>
        to.host === 'a.test' ? { kind: 'busy', retryAfterMs: undefined } : answerOf(to, message);
      for (const by of ['b', 'c', 'd']) tell(by, claim('dead', by));
      await bench.clock.run(60_000);
      expect([stateOf('a'), bench.member('a').strikes]).toEqual(['suspect', 0]);
    });

    it('IsLookedInto_AtOnce', async () => {
      tell('b', claim('dead', 'b'));
      await bench.clock.run(0);
      expect(bench.transport.of('PING', 'a.test')).toHaveLength(1);
      expect(stateOf('a')).toBe('alive');
    });

    it('WithOneRefusalOfOurOwn_IsEnough', async () => {
      bench.transport.onSend = (to, message) => (to.host === 'a.test' ? { kind: 'refused' } : answerOf(to, message));
      tell('b', claim('dead', 'b'));
      await bench.clock.run(0);
      expect([stateOf('a'), bench.member('a').strikes]).toEqual(['dead', 1]);
    });

    it('OfADeadMember_IsNoNews', async () => {
      for (let strike = 0; strike < 3; strike++) bench.gossip.members.strike('a', true);
      await told();
      bench.transport.sent.length = 0;
      tell('b', claim('dead', 'b'));
      await bench.clock.run(5000);
      expect(bench.transport.of('PING', 'a.test')).toEqual([]);
    });
  });

  describe('of a suspicion', () => {
    beforeEach(() => {
      bench.transport.onSend = (to, message) =>
        to.host === 'a.test' ? { kind: 'busy', retryAfterMs: undefined } : answerOf(to, message);
    });

    it('IsPassedOn_ForEachWitnessOnce', async () => {
      for (const by of ['b', 'c']) tell('b', claim('suspect', by), claim('suspect', by));
      const passed = (await told()).filter((news) => news.kind === 'suspect');
      expect(passed.map((news) => news.kind === 'suspect' && news.by).toSorted()).toEqual(['b', 'c']);
    });

    it.each([
      ['Claim_OfAnEarlierIncarnation_IsIgnored', claim('suspect', 'b', 4), 'alive'],
      ['Claim_OfTheKnownIncarnation_Counts', claim('suspect', 'b', 5), 'suspect'],
      ['Claim_OfALaterIncarnation_Counts', claim('suspect', 'b', 6), 'suspect'],
      ['OwnClaim_ThatComesBack_AccusesNobody', claim('suspect', SELF.id), 'alive'],
    ] as const)('%s', (_name, news, state) => {
      tell('b', news);
      expect(stateOf('a')).toBe(state);
    });

    it.each([
      ['OfTheAccusedItself', claim('suspect', 'a')],
      ['OfAStranger', claim('suspect', 'stranger')],
    ])('Claim_%s_IsNoWitness', async (_name, news) => {
      tell('b', news);
      expect((await told()).filter(({ kind }) => kind === 'suspect')).toEqual([]);
    });

    it('Claim_OfALaterIncarnationThanKnown_IsPassedOnOfTheKnownOne_AndBarsNoRefutation', async () => {
      tell('b', claim('suspect', 'b', 900));
      expect(await told()).toContainEqual(expect.objectContaining({ kind: 'suspect', incarnation: 5 }));
      tell('a', { kind: 'alive', info: { ...ours('a'), extension: { incarnation: 6, instance: 'a5' } } });
      expect(stateOf('a')).toBe('alive');
    });

    it('Suspect_WithoutAStrikeOfOurOwn_SpeaksHere_AndIsCleared', () => {
      tell('b', claim('suspect', 'b'));
      tell('a');
      expect(stateOf('a')).toBe('alive');
    });

    it('LaterSignOfLifeOfOurOwn_IsTold', async () => {
      await bench.clock.run(10_000);
      tell('a');
      await bench.clock.run(100);
      tell('b', { kind: 'suspect', id: 'a', incarnation: 5, by: 'b', silentMs: 9000 });
      const heard = (await told()).find(({ kind }) => kind === 'heard');
      expect(heard).toMatchObject({ id: 'a', incarnation: 5 });
      expect(heard?.kind === 'heard' && heard.silentMs).toBeLessThan(500);
    });

    it('LaterSignOfLifeOfAnother_PostponesAndIsPassedOn_AnEarlierOneIsNot', async () => {
      await bench.clock.run(10_000);
      tell('b', claim('suspect', 'b'));
      await told();
      bench.transport.sent.length = 0;
      tell('b', { kind: 'heard', id: 'a', incarnation: 5, silentMs: 8000 });
      expect((await told()).filter(({ kind }) => kind === 'heard')).toEqual([]);
      tell('b', { kind: 'heard', id: 'a', incarnation: 5, silentMs: 100 });
      expect((await told()).filter(({ kind }) => kind === 'heard')).toHaveLength(1);
    });
  });

  it('NewsOnlyOfMembersIsBelieved', async () => {
    tell('stranger', claim('dead', 'b'), { kind: 'left', id: 'b', incarnation: 5 }, { kind: 'alive', info: ours('x') });
    bench.gossip.members.leave('d');
    tell('d', claim('dead', 'b'), { kind: 'left', id: 'b', incarnation: 5 }, { kind: 'alive', info: ours('x') });
    expect([stateOf('a'), stateOf('b'), bench.gossip.members.get('x')]).toEqual(['alive', 'alive', undefined]);
  });

  describe('of this node', () => {
    const accuse = (incarnation: number): void => tell('b', claim('suspect', 'b', incarnation, SELF.id));

    it('Refutation_RaisesTheIncarnation_OnlyAgainstThePresentOne', async () => {
      accuse(SELF.incarnation - 1);
      accuse(SELF.incarnation + 1);
      expect(SELF.incarnation).toBe(incarnation);
      accuse(SELF.incarnation);
      accuse(incarnation);
      expect(SELF.incarnation).toBe(incarnation + 1);
      const alive = (await told()).filter(({ kind }) => kind === 'alive');
      expect(alive.at(0)).toMatchObject({ info: { id: SELF.id, extension: { incarnation: incarnation + 1 } } });
      expect(bench.metrics.value('repram_local_health_score')).toBe(1);
    });

    it.each(['suspect', 'dead'] as const)('%s: it contradicts', (kind) => {
      tell('b', claim(kind, 'b', SELF.incarnation, SELF.id));
      expect(SELF.incarnation).toBe(incarnation + 1);
    });

    it('Left_ThoughItHasNot_Contradicts_AndWhereItDoesLeave_IsSilent', () => {
      tell('b', { kind: 'left', id: SELF.id, incarnation });
      expect(SELF.incarnation).toBe(incarnation + 1);
      SELF.leaving = true;
      tell('b', { kind: 'left', id: SELF.id, incarnation: incarnation + 1 });
      accuse(incarnation + 1);
      expect(SELF.incarnation).toBe(incarnation + 1);
    });

    it('RefutedBefore_IsSaidAgainAtMostOnceASecond', async () => {
      accuse(incarnation);
      await bench.clock.run(60_000);
      bench.transport.sent.length = 0;
      for (let times = 0; times < 20; times++) accuse(incarnation);
      const alive = (await told()).filter(({ kind }) => kind === 'alive');
      expect([alive.length, SELF.incarnation]).toEqual([1, incarnation + 1]);
      expect(bench.metrics.value('repram_local_health_score')).toBeLessThanOrEqual(1);
    });
  });

  describe('of life', () => {
    it('IsPassedOn_WhereItIsNews_AndEndsWithWhoKnowsIt', async () => {
      tell('b', { kind: 'alive', info: ours('a') });
      expect(await told()).toEqual([]);
      tell('b', { kind: 'alive', info: ours('a', 6) }, { kind: 'alive', info: ours('x') });
      expect((await told()).map((news) => news.kind === 'alive' && news.info.id).toSorted()).toEqual(['a', 'x']);
    });

    it('OfADeadMember_TheSameProcess_MustAnswer', async () => {
      for (let strike = 0; strike < 3; strike++) bench.gossip.members.strike('a', true);
      bench.transport.onSend = () => ({ kind: 'refused' });
      await bench.clock.run(1);
      tell('b', { kind: 'alive', info: { ...ours('a'), extension: { incarnation: 6, instance: 'a5' } } });
      await bench.clock.run(10);
      expect([stateOf('a'), bench.member('a').extension?.incarnation]).toEqual(['dead', 6]);
      expect(bench.transport.of('PING', 'a.test')).not.toEqual([]);
    });
  });

  it.each([
    [4, 'alive'],
    [5, 'left'],
    [6, 'left'],
  ])('Left_OfIncarnation %i of a member known by 5: it is %s', async (incarnation, state) => {
    tell('b', { kind: 'left', id: 'a', incarnation });
    expect(stateOf('a')).toBe(state);
    expect((await told()).some(({ kind }) => kind === 'left')).toBe(state === 'left');
  });

  describe('of a removal', () => {
    it('OfAnIncarnationThatIsStillToCome_BarsWhatThereIs_AndNoLaterProcess', () => {
      tell('b', { kind: 'removed', tombstone: tombstoneOf('a', Number.MAX_SAFE_INTEGER) });
      expect(stateOf('a')).toBe('removed');
      const later = bench.clock.nowMs() + 61_000;
      bench.gossip.members.learn(infoOf('a', { incarnation: later }), 'direct');
      expect(stateOf('a')).toBe('alive');
    });

    it('IsPassedOn_AndThenNoNews', async () => {
      const tombstone = tombstoneOf('a', 5);
      tell('b', { kind: 'removed', tombstone });
      expect([stateOf('a'), await told()]).toEqual(['removed', [{ kind: 'removed', tombstone }]]);
      await bench.clock.run(60_000);
      bench.transport.sent.length = 0;
      tell('c', { kind: 'removed', tombstone });
      expect(await told()).toEqual([]);
    });

    it.each([
      ['the present incarnation', incarnation, 1],
      ['a later one', incarnation + 1, 1],
      ['an earlier one, of a former process', incarnation - 1, 0],
    ])('of this node in %s', (_name, barred, times) => {
      let removals = 0;
      bench.gossip.onRemoved = () => void removals++;
      for (const teller of ['b', 'c']) tell(teller, { kind: 'removed', tombstone: tombstoneOf(SELF.id, barred) });
      expect(removals).toBe(times);
    });
  });
});
