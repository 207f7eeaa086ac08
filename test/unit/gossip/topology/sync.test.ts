import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeInfo, SyncMessage } from '../../../../src/gossip/wire/message.js';
import { startMany } from '../../../sim/world/start-many.js';
import { World } from '../../../sim/world/world.js';
import { GossipBench, infoOf } from '../../../support/gossip-bench.js';

let bench: GossipBench;

beforeEach(() => {
  bench = new GossipBench();
});

afterEach(() => bench.gossip.stop());

function sync(nodeInfo: NodeInfo, from = nodeInfo.id): SyncMessage {
  return { type: 'SYNC', from, timestampS: 1, messageId: '', nodeInfo };
}

const answered = () => bench.transport.of('SYNC').map(({ to, message }) => `${to.host} ${message.nodeInfo.id}`);

async function receive(message: SyncMessage): Promise<string[]> {
  bench.transport.sent.length = 0;
  bench.gossip.receive(message);
  await bench.clock.run(0);
  return answered();
}

describe('TopologySync', () => {
  it('ThisIsMe_IsAnsweredWithOneSyncANode_ThisOneLast', async () => {
    await bench.prove(infoOf('a'), infoOf('b'));
    expect(await receive(sync(infoOf('c')))).toEqual(['c.test a', 'c.test b', 'c.test self']);
    expect(bench.member('c').introduced).toBe(true);
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
    // In each interval either node says "this is me" once and answers the other once.
    expect(count('SYNC')).toBeLessThanOrEqual((2 * 2 * 3600) / 30 + 4);
    expect(count('PING')).toBeLessThanOrEqual(2 * 3600);
    expect(count('PING') + count('SYNC')).toBe(sent.length);
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
