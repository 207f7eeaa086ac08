import { beforeEach, describe, expect, it } from 'vitest';
import type { SimNode } from '../../sim/world/node.js';
import { startMany } from '../../sim/world/start-many.js';
import { World } from '../../sim/world/world.js';

const SEED = 20_261_120;
/** Slow enough for what is sent at once to arrive in any order. */
const DELAYS = { delay: { kind: 'uniform', minMs: 0, maxMs: 10 } } as const;

let world: World;

beforeEach(() => {
  world = new World(SEED);
  world.network.setBase(DELAYS);
});

const OUTCOMES = { 201: 'quorum', 202: 'pending', 503: 'overloaded', 507: 'full' } as const;

/** How a write has ended after `waitMs`. */
async function write(node: SimNode, key: string, waitMs = 100): Promise<string | undefined> {
  const operation = world.clients.put(node, key, 600);
  await world.run(waitMs);
  return operation.status && OUTCOMES[operation.status];
}

/** What becomes of everything that one node sends to another from now on. */
function setPath(from: SimNode, to: SimNode, path: 'silent' | 'refused' | 'reset' | undefined): void {
  world.network.setLink(from.machine, to.machine, path && { path });
}

function part(a: SimNode, b: SimNode, path: 'silent' | 'refused' | undefined): void {
  setPath(a, b, path);
  setPath(b, a, path);
}

async function three(): Promise<[SimNode, SimNode, SimNode]> {
  const [a, b, c] = await startMany(world, 3);
  if (a === undefined || b === undefined || c === undefined) throw new Error('three nodes');
  return [a, b, c];
}

const members = (node: SimNode) => node.core.gossip.members;
const held = (node: SimNode, key: string) => node.core.store.get(key);

describe('Gossip over a network', () => {
  it('Join_EveryPairIsProvenWithinASecond', async () => {
    const seed = world.startNode({ id: 'n1' });
    const seeds = [seed.address];
    const nodes = [seed, ...['n2', 'n3', 'n4', 'n5'].map((id) => world.startNode({ id, seeds }))];
    await world.run(1000);
    for (const node of nodes) {
      expect(node.peers).toHaveLength(4);
      expect(members(node).quorumBasis()).toBe(5);
    }
  });

  it('Restart_WithItsClockSetBack_IsBelieved_WhetherKilledOrLeft', async () => {
    const [a, b, c] = await three();
    for (const [node, leaves] of [
      [b, true],
      [c, false],
    ] as const) {
      if (leaves) void world.leave(node);
      else world.kill(node);
      await world.run(leaves ? 100 : 0);
      expect(node.process.hasEnded).toBe(true);
      const { address, id } = node;
      const backMs = node.clock.nowMs() - 5;
      world.jumpClock(node, -backMs);
      const again = world.startNode({ id, address, seeds: [a.address] });
      world.jumpClock(again, backMs);
      expect(again.self.incarnation).toBe(5);
      await world.run(2000);
      expect(a.peers).toEqual(['n2', 'n3']);
      expect(again.self.incarnation).toBe(node.self.incarnation + 1);
      expect(await write(again, id)).toBe('quorum');
    }
  });

  it('Restart_WithItsClockSetBack_AndNoSeedToAsk_IsToldByWhomItProbes', async () => {
    const [a, b, c] = await three();
    void world.leave(a);
    await world.run(100);
    world.jumpClock(a, -60_000);
    const again = world.startNode({ id: a.id, address: a.address });
    const newcomer = world.startNode({ seeds: [a.address] });
    void newcomer.core.gossip.joiner.join([b.address]);
    await world.run(35_000);
    expect([b.peers, c.peers]).toEqual([
      ['n1', 'n3', newcomer.id],
      ['n1', 'n2', newcomer.id],
    ]);
    expect(again.self.incarnation).toBe(a.self.incarnation + 1);
  });

  it('Restart_WithItsClockSetBack_WhereTheFormerGoodbyeComesLate_IsToldByWhomItProbes', async () => {
    const [a, b, c] = await three();
    void world.leave(a);
    await world.run(100);
    world.kill(b);
    world.kill(c);
    world.jumpClock(a, -60_000);
    // These have never heard of the former process, nor of its goodbye.
    const d = world.startNode({ id: 'd' });
    const e = world.startNode({ id: 'e', seeds: [d.address] });
    const again = world.startNode({ id: a.id, address: a.address, seeds: [d.address] });
    await world.run(2000);
    expect([d.peers, e.peers]).toEqual([
      ['e', 'n1'],
      ['d', 'n1'],
    ]);
    for (const node of [d, e]) members(node).leave(a.id, a.self.incarnation);
    await world.run(35_000);
    expect([d.peers, e.peers]).toEqual([
      ['e', 'n1'],
      ['d', 'n1'],
    ]);
    expect(again.self.incarnation).toBeGreaterThan(a.self.incarnation);
  });

  it('TwoLiveProcessesOfOneId_DoNotContendForEver', async () => {
    const [a, b] = await three();
    const moves: string[] = [];
    members(a).subscribe(({ kind, member }) => void (kind === 'moved' && moves.push(member.id)));
    world.startNode({ id: b.id, seeds: [a.address] });
    await world.run(60_000);
    const meanwhile = moves.length;
    await world.run(120_000);
    expect([meanwhile > 0, moves.length]).toEqual([true, meanwhile]);
  });

  it('SeedsReplacedAtOnce_FoundNoClusterOfTheirOwn', async () => {
    const [a, b, c] = await three();
    for (const node of [a, b]) void world.leave(node);
    await world.run(100);
    const seeds = [a.address, b.address];
    world.startNode({ id: 'a2', address: a.address, seeds });
    world.startNode({ id: 'b2', address: b.address, seeds });
    const d = world.startNode({ seeds: [c.address] });
    await world.run(35_000);
    expect(c.peers).toEqual(['a2', 'b2', d.id]);
  });

  it('SeedsThatComeUpLater_EndSeparateGroups', async () => {
    const [a, b] = [
      { host: '10.9.0.1', port: 8080 },
      { host: '10.9.0.2', port: 8080 },
    ] as const;
    const c = world.startNode({ id: 'c', seeds: [a, b] });
    const d = world.startNode({ id: 'd', seeds: [a, b, c.address] });
    await world.run(200);
    expect(d.peers).toEqual(['c']);
    const late = [
      world.startNode({ id: 'a', address: a, seeds: [b] }),
      world.startNode({ id: 'b', address: b, seeds: [a] }),
    ];
    await world.run(5000);
    for (const node of [c, d, ...late]) expect(node.peers).toHaveLength(3);
  });

  it('ChainAndRingOfSeeds_StartedAtOnce_BecomeOneCluster', async () => {
    const addresses = Array.from({ length: 12 }, (_, i) => ({ host: `10.8.0.${i}`, port: 8080 }));
    for (const isRing of [false, true]) {
      const nodes = addresses.map((address, i) => {
        const next = addresses[i + 1] ?? (isRing ? addresses[0] : undefined);
        return world.startNode({ id: `n${i}`, address, seeds: next === undefined ? [] : [next] });
      });
      await world.run(15_000);
      expect(nodes.map((node) => node.peers.length)).toEqual(nodes.map(() => 11));
      for (const node of nodes) world.kill(node);
    }
  });

  it('Write_ReachesEveryReplica_WithTheSameVersionAndExpiry', async () => {
    const [a, b, c] = await three();
    expect(await write(a, 'k')).toBe('quorum');
    const entries = [a, b, c].map((node) => held(node, 'k'));
    for (const entry of entries) {
      expect(entry).toMatchObject({ version: entries[0]?.version, expiresAtMs: entries[0]?.expiresAtMs });
      expect(Buffer.from(entry?.bytes ?? []).toString()).toBe('k#1');
    }
  });

  it('Write_AboveTenPeers_ReachesEveryReplicaByForwarding', async () => {
    const nodes = await startMany(world, 14);
    expect(nodes.every((node) => node.peers.length === 13)).toBe(true);
    const first = nodes[0] as SimNode;
    const holders: number[] = [];
    for (let i = 0; i < 200; i++) {
      expect(await write(first, `k${i}`)).toBe('quorum');
      holders.push(nodes.filter((node) => held(node, `k${i}`) !== undefined).length);
    }
    // Without repair, the square-root rule misses a node in seven writes of a hundred.
    expect(holders.filter((count) => count === 14).length).toBeGreaterThanOrEqual(175);
    expect(Math.min(...holders)).toBeGreaterThanOrEqual(11);
  });

  it('Killed_IsEvictedWithinFourSeconds_AndWritesGoOn', async () => {
    const [a, b, c] = await three();
    world.kill(c);
    expect(await write(a, 'during')).toBe('quorum');
    await world.run(3900);
    expect([a.peers, b.peers]).toEqual([['n2'], ['n1']]);
    expect(await write(a, 'after')).toBe('quorum');
  });

  it('FastRestart_IsBackInEveryListWithinTwoSeconds', async () => {
    const [a, b, c] = await three();
    world.kill(c);
    await world.run(500);
    const reborn = world.startNode({ id: 'n3', address: c.address, seeds: [a.address] });
    await world.run(2000);
    expect([a.peers, b.peers, reborn.peers]).toEqual([
      ['n2', 'n3'],
      ['n1', 'n3'],
      ['n1', 'n2'],
    ]);
    expect(members(a).get('n3')?.extension?.incarnation).toBe(reborn.self.incarnation);
  });

  it('RestartUnderANewId_FormerSelfLeaves_EvenAfterItsEviction', async () => {
    const [a, b, c] = await three();
    world.kill(c);
    await world.run(6000);
    world.startNode({ id: 'n4', address: c.address, seeds: [a.address] });
    await world.run(5000);
    for (const node of [a, b]) {
      expect(node.peers).toContain('n4');
      expect(members(node).get('n3')?.state).toBe('left');
      expect(members(node).quorumBasis()).toBe(3);
    }
  });

  it('HalfOpenLink_BetweenTwo_IsNobodysDeath_TheThirdVouches', async () => {
    const [a, b, c] = await three();
    part(a, c, 'silent');
    await world.run(60_000);
    expect([a.peers, b.peers, c.peers]).toEqual([
      ['n2', 'n3'],
      ['n1', 'n3'],
      ['n1', 'n2'],
    ]);
  });

  it('Silence_OfAllPaths_Evicts_AndHealingBringsBack', async () => {
    const [a, b, c] = await three();
    part(a, c, 'silent');
    part(b, c, 'silent');
    await world.run(10_000);
    expect([a.peers, b.peers]).toEqual([['n2'], ['n1']]);
    part(a, c, undefined);
    part(b, c, undefined);
    await world.run(5000);
    expect([a.peers, b.peers, c.peers]).toEqual([
      ['n2', 'n3'],
      ['n1', 'n3'],
      ['n1', 'n2'],
    ]);
  });

  it('Partition_TheLoneSideSaysPending_AndBothHalvesFindEachOtherWithoutSeeds', async () => {
    const [a, b, c] = await three();
    part(a, b, 'refused');
    part(a, c, 'refused');
    await world.run(10_000);
    expect([await write(a, 'lone'), await write(b, 'majority')]).toEqual(['pending', 'quorum']);
    part(a, b, undefined);
    part(a, c, undefined);
    await world.run(5000);
    expect([a.peers, b.peers, c.peers]).toEqual([
      ['n2', 'n3'],
      ['n1', 'n3'],
      ['n1', 'n2'],
    ]);
    expect(await write(a, 'healed')).toBe('quorum');
  });

  it('BusyPeers_TakeTheWriteWhenTheyHaveRoomAgain_AndAreNotEvicted', async () => {
    const [a, b, c] = await three();
    for (const peer of [b, c]) world.network.setLink(a.machine, peer.machine, { busy: 1 });
    expect(await write(a, 'k', 900)).toBeUndefined();
    for (const peer of [b, c]) world.network.setLink(a.machine, peer.machine, undefined);
    await world.run(2000);
    expect([held(b, 'k'), held(c, 'k')].every((entry) => entry !== undefined)).toBe(true);
    expect(a.peers).toEqual(['n2', 'n3']);
    expect(a.metrics.value('repram_writes_total', { outcome: 'quorum' })).toBe(1);
  });

  it('AnswerLost_WithTheAckInIt_RepetitionBringsTheAck', async () => {
    const [a, b, c] = await three();
    setPath(a, c, 'refused');
    setPath(b, a, 'reset');
    world.after(25, () => setPath(b, a, undefined));
    expect(await write(a, 'k', 200)).toBe('quorum');
    expect(b.metrics.value('repram_writes_repeated_total')).toBe(1);
  });

  it('Goodbye_IsBelievedAtOnce_AndShrinksTheQuorum', async () => {
    const [a, b, c] = await three();
    void world.leave(c);
    await world.run(50);
    expect([a, b].map((node) => members(node).get('n3')?.state)).toEqual(['left', 'left']);
    expect([a, b].map((node) => members(node).quorumBasis())).toEqual([2, 2]);
  });

  it('SaidToHaveLeft_ThoughItHasNot_IsBackEverywhere_ThoughNobodyTellsIt', async () => {
    const [a, b, c] = await three();
    members(a).leave('n3', c.self.incarnation);
    await world.run(500);
    expect([a, b].map((node) => members(node).get('n3')?.state)).toEqual(['left', 'left']);
    await world.run(5000);
    expect([a.peers, b.peers]).toEqual([
      ['n2', 'n3'],
      ['n1', 'n3'],
    ]);
    expect([a, b, c].map((node) => members(node).quorumBasis())).toEqual([3, 3, 3]);
  });

  it('Enclaves_ShareTopologyAndNoData', async () => {
    const a = world.startNode({ id: 'a' });
    const other = world.startNode({ id: 'other', enclave: 'other', seeds: [a.address] });
    await world.run(2000);
    expect([a.peers, other.peers]).toEqual([['other'], ['a']]);
    expect(await write(a, 'k')).toBe('quorum');
    expect(held(other, 'k')).toBeUndefined();
  });

  it('SameSeed_SameRun', async () => {
    const runs: string[] = [];
    for (const seed of [99, 99, 100]) {
      const twin = new World(seed);
      const sent: string[] = [];
      twin.observe({
        sent: ({ from, to, sentMs, request }) => {
          sent.push(`${sentMs} ${from.name} ${to.host} ${Buffer.from(request.body).toString()}`);
        },
      });
      await startMany(twin, 4);
      await twin.run(60_000);
      runs.push(`${twin.log.digest()}\n${sent.join('\n')}`);
    }
    expect(runs[0]).toBe(runs[1]);
    expect(runs[0]).not.toBe(runs[2]);
  });
});
