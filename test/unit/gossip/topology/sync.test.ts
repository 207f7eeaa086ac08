import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Receipt } from '../../../../src/gossip/inbox.js';
import { newMember } from '../../../../src/gossip/membership/evidence.js';
import type { SendOutcome } from '../../../../src/gossip/ports/transport.js';
import { type Self, selfInfo } from '../../../../src/gossip/self.js';
import { View } from '../../../../src/gossip/topology/view.js';
import type { NodeInfo, SyncMessage } from '../../../../src/gossip/wire/message.js';
import type { Tombstone } from '../../../../src/gossip/wire/news.js';
import { standingCluster } from '../../../sim/measure/cluster.js';
import { readMessage } from '../../../sim/oracle/wire.js';
import { startMany } from '../../../sim/world/start-many.js';
import { World } from '../../../sim/world/world.js';
import { answerOf, GossipBench, infoOf, SELF } from '../../../support/gossip-bench.js';
import { SeededRng } from '../../../support/ports.js';

const BUSY: SendOutcome = { kind: 'busy', retryAfterMs: undefined };

let bench: GossipBench;

beforeEach(() => {
  bench = new GossipBench();
});

afterEach(() => bench.gossip.stop());

function sync(nodeInfo: NodeInfo, from = nodeInfo.id): SyncMessage {
  return { type: 'SYNC', from, timestampS: 1, messageId: '', nodeInfo };
}

/** The same from a node of this implementation, which takes the answer where it asks. */
function asking(nodeInfo: NodeInfo): SyncMessage {
  return { ...sync(nodeInfo), wantsReply: true };
}

function listed(receipt: Receipt): readonly string[] | undefined {
  return receipt.kind === 'ok' ? receipt.nodes?.map(({ id }) => id) : undefined;
}

/** What a node would know that lists these. */
function viewOf(self: Self, infos: readonly NodeInfo[]): View {
  const live = infos.map((info) => newMember(info, 'direct', 0));
  return new View({ rng: new SeededRng(1) }, self, { members: { live: () => live }, tombstones: () => [] });
}

function removalOf(id: string): Tombstone {
  const removedAtMs = bench.clock.nowMs();
  return { id, incarnation: 1, removedAtMs, expiresAtMs: removedAtMs + 3_600_000, by: 'operator' };
}

const answered = () => bench.transport.of('SYNC').map(({ to, message }) => `${to.host} ${message.nodeInfo.id}`);

async function receive(message: SyncMessage): Promise<string[]> {
  bench.transport.sent.length = 0;
  bench.gossip.receive(message);
  await bench.clock.run(0);
  return answered();
}

describe('TopologySync', () => {
  it('ThisIsMe_OfAnOlderNode_IsAnsweredWithOneSyncANode_ThisOneLast', async () => {
    await bench.prove(infoOf('a'), infoOf('b'));
    expect(await receive(sync(infoOf('c')))).toEqual(['c.test a', 'c.test b', 'c.test self']);
    expect(bench.member('c').introduced).toBe(true);
    for (const { message } of bench.transport.of('SYNC')) expect(message).not.toHaveProperty('wantsReply');
  });

  it('WhoWantsAnAnswer_GetsItThere_WithoutItself_ThisNodeFirst_AndIsAskedBack', async () => {
    await bench.prove(infoOf('a'), infoOf('b'));
    const receipt = bench.gossip.receive(asking(infoOf('c', { incarnation: 1 })));
    expect(listed(receipt)).toEqual(['self', 'a', 'b']);
    await bench.clock.run(0);
    expect(bench.transport.of('SYNC').map(({ to, message }) => [to.host, message])).toEqual([
      ['c.test', expect.objectContaining({ nodeInfo: selfInfo(SELF), wantsReply: true })],
    ]);
  });

  it('WhoKnowsTheSame_IsAnsweredWithNobody_AndIsNotAskedBack', async () => {
    await bench.prove(infoOf('a'), infoOf('b', { incarnation: 1 }));
    const asker = { ...SELF, id: 'b', address: { host: 'b.test', port: 8080 }, incarnation: 1, instance: 'b1' };
    const digest = viewOf(asker, [infoOf('a'), selfInfo(SELF)]).digest();
    expect(bench.gossip.receive({ ...asking(infoOf('b', { incarnation: 1 })), digest })).toMatchObject({ nodes: [] });
    await bench.clock.run(0);
    expect(answered()).toEqual([]);
  });

  it('WhoKnowsSomethingElse_IsToldOfTheBucketsThatDiffer_AndAskedBackWithADigest', async () => {
    const infos = Array.from({ length: 100 }, (_, i) => infoOf(`n${i}`));
    for (const info of infos) bench.gossip.members.learn(info, 'direct');
    await bench.clock.run(0);
    bench.transport.sent.length = 0;
    const asker = { ...SELF, id: 'b', address: { host: 'b.test', port: 8080 }, incarnation: 1, instance: 'b1' };
    const digest = viewOf(asker, [...infos.slice(1), selfInfo(SELF)]).digest();
    const told = listed(bench.gossip.receive({ ...asking(infoOf('b', { incarnation: 1 })), digest })) ?? [];
    expect(told[0]).toBe('self');
    expect(told).toContain('n0');
    expect(told.length).toBeLessThan(25);
    await bench.clock.run(0);
    expect(bench.transport.of('SYNC').map(({ to, message }) => [to.host, message.digest?.length])).toEqual([
      ['b.test', 16],
    ]);
  });

  it('WhoKnowsMore_IsAskedBack_ThoughThereIsNothingToTellIt', async () => {
    await bench.prove(infoOf('b', { incarnation: 1 }));
    const asker = { ...SELF, id: 'b', address: { host: 'b.test', port: 8080 }, incarnation: 1, instance: 'b1' };
    const digest = viewOf(asker, [infoOf('more'), selfInfo(SELF)]).digest();
    const receipt = bench.gossip.receive({ ...asking(infoOf('b', { incarnation: 1 })), digest });
    expect(listed(receipt)).toEqual(['self']);
    await bench.clock.run(0);
    expect(answered()).toEqual(['b.test self']);
  });

  it('Removal_IsToldToWhoStillListsTheNode', async () => {
    await bench.prove(infoOf('b', { incarnation: 1 }));
    bench.gossip.members.tombstones.set(removalOf('gone'));
    const asker = { ...SELF, id: 'b', address: { host: 'b.test', port: 8080 }, incarnation: 1, instance: 'b1' };
    const digest = viewOf(asker, [infoOf('gone', { incarnation: 1 }), selfInfo(SELF)]).digest();
    const receipt = bench.gossip.receive({ ...asking(infoOf('b', { incarnation: 1 })), digest });
    expect(receipt).toMatchObject({ news: [{ kind: 'removed', tombstone: removalOf('gone') }] });
  });

  it('Removal_InAnAnswer_BarsWhomTheSameAnswerLists', async () => {
    const nodes = [infoOf('a', { incarnation: 1 }), infoOf('gone', { incarnation: 1 })];
    const news = [{ kind: 'removed', tombstone: removalOf('gone') }] as const;
    bench.transport.onSend = (_to, { type }) => (type === 'SYNC' ? { kind: 'ok', nodes, news } : BUSY);
    bench.gossip.members.learn(infoOf('a', { incarnation: 1 }), 'hearsay');
    bench.gossip.start();
    await bench.clock.run(30_000);
    expect(bench.transport.of('SYNC')).not.toEqual([]);
    expect(bench.gossip.members.live().map(({ id }) => id)).toEqual(['a']);
    expect(bench.transport.of('PING', 'gone.test')).toEqual([]);
  });

  it('AnswerThatListsNobody_ProvesNothingOfWhoeverAnswers', async () => {
    bench.transport.onSend = (_to, { type }) => (type === 'SYNC' ? { kind: 'ok', nodes: [] } : BUSY);
    bench.gossip.members.learn(infoOf('a', { incarnation: 1 }), 'hearsay');
    bench.gossip.start();
    await bench.clock.run(30_000);
    expect(bench.transport.of('SYNC')).not.toEqual([]);
    expect(bench.member('a')).toMatchObject({ introduced: false, reachable: false });
  });

  it('WhoWantsAnAnswer_HasOneAnInterval_AndIsAskedBackAsOften', async () => {
    await bench.prove(infoOf('a', { incarnation: 1 }));
    const times: number[] = [];
    for (let second = 0; second < 90; second++) {
      const receipt = bench.gossip.receive(asking(infoOf('a', { incarnation: 1 })));
      if (listed(receipt) !== undefined) times.push(second);
      await bench.clock.run(1000);
    }
    expect(times).toEqual([0, 30, 60]);
    expect(answered()).toEqual(['a.test self', 'a.test self', 'a.test self']);
    expect(bench.metrics.value('repram_syncs_suppressed_total')).toBe(87);
  });

  it('WhoWasAskedWithinTheInterval_IsNotAskedBack', async () => {
    await bench.prove(infoOf('a', { incarnation: 1 }));
    bench.transport.onSend = answerOf;
    bench.gossip.start();
    await bench.clock.run(30_000);
    expect(answered()).toEqual(['a.test self']);
    expect(listed(bench.gossip.receive(asking(infoOf('a', { incarnation: 1 }))))).toEqual(['self']);
    await bench.clock.run(0);
    expect(answered()).toEqual(['a.test self']);
  });

  it('HearsayThatWantsAnAnswer_GetsNone', async () => {
    await bench.prove(infoOf('a', { incarnation: 1 }));
    expect(bench.gossip.receive({ ...asking(infoOf('x')), from: 'a' })).toEqual({ kind: 'ok' });
  });

  it('OlderNode_IsToldInWordsItKnows_OneOfOurs_IsAskedForAnAnswer', async () => {
    await bench.prove(infoOf('old'), infoOf('ours', { incarnation: 1 }));
    bench.gossip.start();
    await bench.clock.run(300_000);
    const wishes = bench.transport.of('SYNC').map(({ to, message }) => `${to.host} ${message.wantsReply ?? false}`);
    expect([...new Set(wishes)].sort()).toEqual(['old.test false', 'ours.test true']);
    const digests = bench.transport.of('SYNC').map(({ to, message }) => `${to.host} ${'digest' in message}`);
    expect([...new Set(digests)].sort()).toEqual(['old.test false', 'ours.test true']);
  });

  it('Answer_TeachesWhomItLists_ByHearsay_AndOfWhomItBeginsWith_ByItsOwnWord', async () => {
    const nodes = [infoOf('a', { incarnation: 1 }), infoOf('b'), selfInfo(SELF)];
    bench.transport.onSend = (_to, { type }) => (type === 'SYNC' ? { kind: 'ok', nodes } : BUSY);
    bench.gossip.members.learn(infoOf('a', { incarnation: 1 }), 'hearsay');
    bench.gossip.start();
    await bench.clock.run(30_000);
    expect(bench.member('a')).toMatchObject({ introduced: true, reachable: true, proven: true });
    expect(bench.member('b')).toMatchObject({ introduced: false, reachable: false });
    expect(bench.gossip.members.get('self')).toBeUndefined();
  });

  it('Answer_OfWhoeverCameUpThere_IsNoWordOfTheMember_EvenWhereItListsIt', async () => {
    const nodes = [infoOf('b', { address: 'a.test' }), infoOf('a', { incarnation: 1 })];
    bench.transport.onSend = (_to, { type }) => (type === 'SYNC' ? { kind: 'ok', nodes } : BUSY);
    bench.gossip.members.learn(infoOf('a', { incarnation: 1 }), 'hearsay');
    bench.gossip.start();
    await bench.clock.run(30_000);
    for (const id of ['a', 'b']) expect(bench.member(id)).toMatchObject({ introduced: false, reachable: false });
  });

  it('Hearsay_TeachesAndIsNotAnswered', async () => {
    await bench.prove(infoOf('a'));
    expect(await receive(sync(infoOf('x'), 'a'))).toEqual([]);
    expect(bench.member('x').introduced).toBe(false);
  });

  it('SamePeer_IsAnsweredOnceAnInterval', async () => {
    await bench.prove(infoOf('a'));
    const times: number[] = [];
    for (let second = 0; second < 90; second++) {
      if ((await receive(sync(infoOf('a')))).length > 0) times.push(second);
      await bench.clock.run(1000);
    }
    expect(times).toEqual([0, 30, 60]);
    expect(bench.metrics.value('repram_syncs_suppressed_total')).toBe(87);
  });

  it('RestartedPeer_IsAnsweredAgainAtOnce_ItKnowsNobody', async () => {
    await bench.prove(infoOf('a', { incarnation: 1 }));
    expect(await receive(sync(infoOf('a', { incarnation: 1 })))).toEqual(['a.test self']);
    expect(await receive(sync(infoOf('a', { incarnation: 1 })))).toEqual([]);
    expect(await receive(sync(infoOf('a', { incarnation: 2 })))).toEqual(['a.test self']);
  });

  it('NewMember_BringsSyncsSoon_ThenEverMoreRarely_AndNobodyIsAskedTwiceAnInterval', async () => {
    bench.gossip.start();
    await bench.clock.run(10_000);
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) bench.gossip.members.learn(infoOf(id), 'direct');
    const startMs = bench.clock.monotonicMs();
    await bench.clock.run(29_000);
    const asked = bench.transport.of('SYNC').filter(({ message }) => message.nodeInfo.id === 'self');
    const rounds = asked.filter(({ atMs }) => [1, 3, 7, 15].includes((atMs - startMs) / 1000));
    expect(rounds).toHaveLength(4);
    expect(new Set(rounds.map(({ to }) => to.host)).size).toBe(4);
  });

  it('NewMember_OfALargeCluster_BringsSyncsSoonAtSomeTenNodes', async () => {
    const world = new World(3, { logs: false });
    const [first] = standingCluster(world, 60);
    await world.run(31_000);
    const askers = new Set<string>();
    let syncs = 0;
    world.startNode({ id: 'joiner', seeds: first === undefined ? [] : [first.address] });
    world.observe({
      sent: ({ type, from, request }) => {
        if (type !== 'SYNC') return;
        syncs++;
        const { node, from: sender } = readMessage(request.body) ?? {};
        if (node?.id === sender) askers.add(from.name);
      },
    });
    await world.run(2000);
    expect(askers.size).toBeGreaterThan(5);
    expect(askers.size).toBeLessThan(40);
    await world.run(58_000);
    // Each is told of the joiner and asks in two intervals, and ten and the joiner ask five times besides. Few are asked back.
    expect(syncs).toBeLessThan(60 + 2 * 61 + 2 * 5 * 20);
  }, 60_000);

  it('StormTrap_TwoNodesOfOneId_AreNotAnsweredInTurnForEver', async () => {
    await bench.prove(infoOf('a'));
    let answers = 0;
    for (let turn = 0; turn < 20; turn++) {
      const told = await receive(sync(infoOf('a', { address: turn % 2 === 0 ? 'b.test' : 'c.test' })));
      answers += told.length;
    }
    expect(answers).toBe(1);
  });

  it('LeftPeer_IsNotAnswered', async () => {
    await bench.prove(infoOf('a', { incarnation: 1 }));
    bench.gossip.members.leave('a');
    expect(await receive(sync(infoOf('a', { incarnation: 1 })))).toEqual([]);
  });

  it('Peer_ThatCannotBeReached_IsGivenUp', async () => {
    await bench.prove(infoOf('a'), infoOf('b'), infoOf('c'));
    bench.transport.onSend = () => ({ kind: 'refused' });
    expect(await receive(sync(infoOf('a')))).toEqual(['a.test b']);
  });

  it('EachInterval_OneRandomMemberIsTold', async () => {
    await bench.prove(infoOf('a'), infoOf('b'), infoOf('c'));
    bench.gossip.start();
    await bench.clock.run(299_999);
    const times = bench.transport.of('SYNC').filter(({ message }) => message.nodeInfo.id === 'self');
    expect(new Set(times.map(({ atMs }) => atMs)).size).toBeGreaterThanOrEqual(9);
    expect(new Set(times.map(({ to }) => to.host)).size).toBe(3);
  });

  it('StormTrap_TwoNodesBelowReplication_ExchangeABoundedNumberOfMessagesInAnHour', async () => {
    const world = new World(11);
    await startMany(world, 2);
    const sent: string[] = [];
    world.observe({ sent: ({ type }) => void sent.push(type) });
    await world.run(3_600_000);
    const count = (type: string) => sent.filter((other) => other === type).length;
    // In each interval one asks the other, both know the same, and nobody is asked back.
    expect(count('SYNC')).toBeLessThanOrEqual((2 * 3600) / 30 + 4);
    expect(count('PING')).toBeLessThanOrEqual(2 * 3600);
    // One comparison in ten seconds, and one a second at the start.
    expect(count('REPLICA')).toBeLessThanOrEqual(2 * (3600 / 10 + 20));
    expect(count('PING') + count('SYNC') + count('REPLICA')).toBe(sent.length);
  });

  it('StormTrap_APeerThatAnswersEverySync_IsAnsweredOnceAnInterval', async () => {
    await bench.prove(infoOf('old'));
    bench.transport.onSend = (_to, message) => {
      const isSelf = message.type === 'SYNC' && message.nodeInfo.id === message.from;
      if (isSelf) bench.clock.setTimer(1, () => void bench.gossip.receive(sync(infoOf('old'))));
      return { kind: 'ok' };
    };
    bench.gossip.receive(sync(infoOf('old')));
    await bench.clock.run(29_000);
    expect(answered()).toEqual(['old.test self']);
  });
});
