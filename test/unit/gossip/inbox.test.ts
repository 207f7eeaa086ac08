import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PongMessage } from '../../../src/gossip/wire/message.js';
import { answerOf, GossipBench, infoOf, SELF } from '../../support/gossip-bench.js';

let bench: GossipBench;
const incarnation = SELF.incarnation;

beforeEach(async () => {
  bench = new GossipBench();
  await bench.prove(infoOf('a', { incarnation: 1 }));
});

afterEach(() => {
  bench.gossip.stop();
  SELF.incarnation = incarnation;
  delete SELF.leaving;
  SELF.contenders.clear();
});

const pong = (incarnation: number, instance = 'former'): PongMessage => ({
  type: 'PONG',
  from: 'a',
  timestampS: 1,
  messageId: '',
  to: SELF.id,
  known: { incarnation, instance },
});

describe('Inbox', () => {
  it('Pong_ThatAnswersAPing_TellsOfAFormerSelf_WhichIsOutdone_AndTheMemberProbedAgain', async () => {
    const answers = [pong(5000), pong(5000)];
    bench.transport.onSend = () => ({ kind: 'ok', reply: answers.shift() ?? pong(1) });
    bench.gossip.members.learn(infoOf('a', { incarnation: 2 }), 'direct');
    await bench.clock.run(100);
    const told = bench.transport.of('PING').map(({ message }) => message.nodeInfo?.extension?.incarnation);
    expect([SELF.incarnation, told]).toEqual([5001, [incarnation, 5001]]);
  });

  it.each([
    ['earlier', 6, { incarnation: 7, instance: 'a7' }],
    ['the same', 7, undefined],
    ['later', 8, undefined],
  ])(
    'Ping_OfAProcessAfterTheGoodbyeOfAFormerOne, its incarnation %s: it is told where it must outdo that',
    (_age, own, known) => {
      bench.gossip.members.learn(infoOf('a', { incarnation: 7 }), 'direct');
      bench.gossip.members.leave('a');
      const nodeInfo = { ...infoOf('a'), extension: { incarnation: own, instance: 'next' } };
      const ping = {
        type: 'PING',
        from: 'a',
        timestampS: 1,
        messageId: '',
        to: SELF.id,
        nodeInfo,
        wantsReply: true,
      } as const;
      const receipt = bench.gossip.receive(ping);
      const reply = receipt.kind === 'ok' ? receipt.reply : undefined;
      expect(reply?.type === 'PONG' ? reply.known : 'no PONG').toEqual(known);
      expect(bench.member('a').state).toBe(known === undefined ? 'alive' : 'left');
    },
  );

  it('Goodbye_OfAFormerProcess_ThatCameAfterItsSuccessor_IsToldToThat_ThoughItBearsItsInstance', () => {
    bench.gossip.members.learn(infoOf('a', { incarnation: 7 }), 'direct');
    bench.gossip.members.leave('a', 5000);
    const nodeInfo = { ...infoOf('a'), extension: { incarnation: 7, instance: 'a7' } };
    const ping = { type: 'PING', from: 'a', timestampS: 1, messageId: '', to: SELF.id, wantsReply: true } as const;
    const receipt = bench.gossip.receive({ ...ping, nodeInfo });
    const reply = receipt.kind === 'ok' ? receipt.reply : undefined;
    expect(reply?.type === 'PONG' ? reply.known : 'no PONG').toEqual({ incarnation: 5000, instance: 'a7' });
  });

  it.each([
    ['later than its own, as of a goodbye that was not its own', 5000, 5001],
    ['its own', incarnation, incarnation],
    ['earlier, before it refuted', incarnation - 1, incarnation],
  ])('Pong_ThatNamesTheInstanceOfThisProcess, in an incarnation %s', async (_name, known, expected) => {
    bench.transport.onSend = () => ({ kind: 'ok', reply: pong(known, SELF.instance) });
    bench.gossip.members.learn(infoOf('a', { incarnation: 2 }), 'direct');
    await bench.clock.run(100);
    expect(SELF.incarnation).toBe(expected);
  });

  it('Pong_ThatAnswersANodeWhichLeaves_RaisesNoIncarnation', async () => {
    SELF.leaving = true;
    bench.transport.onSend = () => ({ kind: 'ok', reply: pong(5000) });
    bench.gossip.members.learn(infoOf('a', { incarnation: 2 }), 'direct');
    await bench.clock.run(100);
    expect(SELF.incarnation).toBe(incarnation);
  });

  it('FormerProcess_KnownBySeveralIncarnations_IsOutdoneEachTime_AndIsNoRival', async () => {
    for (const known of [5000, 5001, 5200]) {
      bench.transport.onSend = () => ({ kind: 'ok', reply: pong(known) });
      bench.gossip.members.learn(infoOf('a', { incarnation: known }), 'direct');
      await bench.clock.run(2000);
      expect(SELF.incarnation).toBeGreaterThan(known);
    }
    expect(bench.log.messages('warn')).toEqual([]);
  });

  it('OtherInstance_ThatIsAheadHoweverOftenItIsOutdone_IsARival_NotAFormerSelf_AndContendedWithNoMore', async () => {
    for (const known of [5000, 6000, 7000, 8000, 20_000, 30_000, 40_000]) {
      bench.transport.onSend = () => ({ kind: 'ok', reply: pong(known) });
      bench.gossip.members.learn(infoOf('a', { incarnation: known }), 'direct');
      await bench.clock.run(2000);
    }
    expect(SELF.incarnation).toBe(8000 + 4096);
    expect(bench.log.messages('warn')).toEqual(['another node bears our node id: ids must be unique']);
    expect(bench.transport.of('PING').length).toBeLessThanOrEqual(24);
  });

  it('LargestIncarnation_LocksNobodyOut', async () => {
    const largest = Number.MAX_SAFE_INTEGER;
    bench.transport.onSend = () => ({ kind: 'ok', reply: pong(largest) });
    bench.gossip.members.learn(infoOf('a', { incarnation: 2 }), 'direct');
    await bench.clock.run(100);
    expect(SELF.incarnation).toBe(largest);
    bench.gossip.members.learn(infoOf('b', { incarnation: largest }), 'direct');
    bench.gossip.members.leave('b');
    bench.gossip.members.learn({ ...infoOf('b'), extension: { incarnation: largest, instance: 'next' } }, 'direct');
    expect(bench.member('b').state).toBe('alive');
  });

  it('Pong_ThatAStrangerPosts_RaisesNoIncarnation', async () => {
    for (let i = 0; i < 100; i++) bench.gossip.receive(pong(5000 + i));
    await bench.clock.run(100);
    expect([SELF.incarnation, bench.transport.of('PING')]).toEqual([incarnation, []]);
  });

  it.each([
    ['the present incarnation', 0, incarnation + 1],
    ['an earlier one, refuted before', -1, incarnation],
  ])('Ping_ThatAccusesThisNode, in %s', (_name, age, expected) => {
    const ping = { type: 'PING', from: 'a', timestampS: 1, messageId: '', to: SELF.id, wantsReply: true } as const;
    const receipt = bench.gossip.receive({ ...ping, accused: incarnation + age });
    expect(SELF.incarnation).toBe(expected);
    const told = receipt.kind === 'ok' && receipt.reply?.type === 'PONG' ? receipt.reply.nodeInfo : undefined;
    expect(told?.extension?.incarnation).toBe(expected);
  });

  it('Ping_OfAStranger_AccusesNobody', () => {
    const ping = { type: 'PING', from: 'stranger', timestampS: 1, messageId: '', to: SELF.id } as const;
    bench.gossip.receive({ ...ping, accused: incarnation });
    expect(SELF.incarnation).toBe(incarnation);
  });

  it('MemberSaidToHaveLeft_ThatAsksAllTheSame_IsToldSo_NobodyElseDoes', () => {
    const nodeInfo = infoOf('a', { incarnation: 1 });
    const ping = {
      type: 'PING',
      from: 'a',
      timestampS: 1,
      messageId: '',
      to: SELF.id,
      nodeInfo,
      wantsReply: true,
    } as const;
    const news = [{ kind: 'left', id: 'a', incarnation: 1 } as const];
    bench.gossip.members.leave('a', 1);
    expect(bench.gossip.receive(ping)).toMatchObject({ reply: { type: 'PONG', news } });
    const refuted = { ...nodeInfo, extension: { incarnation: 2, instance: nodeInfo.extension?.instance ?? '' } };
    bench.gossip.receive({ ...ping, nodeInfo: refuted });
    expect(bench.member('a').state).toBe('alive');
  });

  it('OldPeer_IsTold_NoNews_NoAccusation_NoPingReq', async () => {
    await bench.prove(infoOf('old'), infoOf('b', { incarnation: 1 }));
    const silent = (timeoutMs: number) => bench.clock.sleep(timeoutMs).then(() => ({ kind: 'timeout' as const }));
    bench.transport.onSend = (to, message, timeoutMs) =>
      to.host === 'b.test' ? silent(timeoutMs) : answerOf(to, message);
    bench.gossip.start();
    await bench.clock.run(40_000);
    bench.gossip.remove('a');
    bench.gossip.members.strike('old', true);
    await bench.clock.run(5000);
    void bench.gossip.leave();
    const toOld = bench.transport.sent.filter(({ to }) => to.host === 'old.test').map(({ message }) => message);
    expect(new Set(toOld.map(({ type }) => type))).toEqual(new Set(['PING', 'SYNC']));
    for (const message of toOld) expect(message).not.toHaveProperty('news');
    for (const message of toOld) expect(message).not.toHaveProperty('accused');
    expect(bench.transport.of('NEWS').length).toBeGreaterThan(0);
  });

  it('OldPeer_InThePlaceOfOneOfOurs_IsToldOldMessagesOnly_UntilOneOfOursIsBack', async () => {
    bench.transport.onSend = answerOf;
    await bench.prove(infoOf('taken', { incarnation: 5 }), infoOf('b', { incarnation: 1 }));
    const introduce = (incarnation?: number) => {
      const nodeInfo = infoOf('taken', incarnation === undefined ? {} : { incarnation });
      bench.gossip.receive({ type: 'SYNC', from: 'taken', timestampS: 1, messageId: '', nodeInfo });
      bench.transport.sent.length = 0;
      bench.transport.questions.length = 0;
    };
    bench.gossip.start();
    const tellSomething = async () => {
      for (const id of ['x', 'y']) {
        bench.gossip.members.learn(infoOf(id, { incarnation: 1 }), 'direct');
        bench.gossip.remove(id);
      }
      await bench.clock.run(40_000);
    };
    const told = () => bench.transport.sent.filter(({ to }) => to.host === 'taken.test').map(({ message }) => message);

    introduce();
    await tellSomething();
    void bench.gossip.reader.read('k');
    bench.gossip.members.strike('taken', false);
    await bench.clock.run(5000);
    expect(new Set(told().map(({ type }) => type))).toEqual(new Set(['PING', 'SYNC']));
    for (const field of ['news', 'accused', 'digest']) {
      for (const message of told()) expect(message).not.toHaveProperty(field);
    }
    expect(bench.transport.questions.filter(({ to }) => to.host === 'taken.test')).toEqual([]);
    expect(bench.transport.of('NEWS', 'b.test').length).toBeGreaterThan(0);

    introduce(6);
    await tellSomething();
    expect(told().some((message) => 'news' in message)).toBe(true);
    expect(bench.transport.questions.some(({ to }) => to.host === 'taken.test')).toBe(true);
  });
});
