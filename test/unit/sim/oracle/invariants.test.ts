import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../../src/gossip/ports/store.js';
import { convergenceBoundMs } from '../../../sim/oracle/convergence.js';
import { INVARIANTS } from '../../../sim/oracle/names.js';
import { watch } from '../../../sim/oracle/oracle.js';
import type { Exchange } from '../../../sim/world/network.js';
import type { SimNode } from '../../../sim/world/node.js';
import type { WriteOperation } from '../../../sim/world/operation.js';
import { World } from '../../../sim/world/world.js';
import { at, cluster, violationOf, type Watched } from './support.js';

const SHORT_TTL = { config: { minTtlSeconds: 1 } };

async function written({ world, nodes }: Watched, key = 'k', ttlSeconds = 300): Promise<WriteOperation> {
  const write = world.clients.put(at(nodes, 0), key, ttlSeconds);
  await world.run(1000);
  return write;
}

function entryOf(node: SimNode, key = 'k'): Entry {
  const held = node.core.store.get(key);
  if (held === undefined) throw new Error(`${node.id} holds nothing`);
  const { bytes, createdMs, ttlSeconds, expiresAtMs, version } = held;
  return { key, bytes, createdMs, ttlSeconds, expiresAtMs, version };
}

describe('expiry', () => {
  test('a store that serves what has expired is caught within a millisecond', async () => {
    const watched = await cluster(2, SHORT_TTL);
    const { world, nodes } = watched;
    const { store } = at(nodes, 1).core;
    const write = await written(watched, 'k', 5);
    const entry = entryOf(at(nodes, 1));
    store.get = () => entry;
    const violation = await violationOf(() => world.run(10_000));
    expect(violation?.invariant).toBe(INVARIANTS.expiry);
    const endsMs = (write.expiresAtMs ?? 0) - (world.trueMs - world.elapsedMs);
    expect((violation?.atMs ?? 0) - endsMs).toBeLessThan(1.001);
  });

  test('a store that lists what has expired is caught', async () => {
    const watched = await cluster(2, SHORT_TTL);
    await written(watched, 'k', 5);
    at(watched.nodes, 1).core.store.keys = () => ({ keys: ['k'] });
    expect((await violationOf(() => watched.world.run(10_000)))?.invariant).toBe(INVARIANTS.expiry);
  });

  test('a copy that would outlive its write is caught when it is stored', async () => {
    const watched = await cluster(2);
    await written(watched);
    const [first, second] = [at(watched.nodes, 0), at(watched.nodes, 1)];
    const entry = entryOf(first);
    second.core.store.put({ ...entry, expiresAtMs: entry.expiresAtMs + 1 });
    expect((await violationOf(() => watched.world.run(1)))?.invariant).toBe(INVARIANTS.lifetime);
  });
});

describe('quorum', () => {
  test('a 201 of a node that forgot its members is caught', async () => {
    const watched = await cluster(3);
    const { world, nodes } = watched;
    const first = at(nodes, 0);
    world.network.partition([[first.machine], [at(nodes, 1).machine, at(nodes, 2).machine]]);
    first.core.gossip.members.quorumBasis = () => 1;
    world.clients.put(first, 'k', 300);
    expect((await violationOf(() => world.run(1000)))?.invariant).toBe(INVARIANTS.quorum);
  });

  test('the 201 of a node that has never met anybody is none of it', async () => {
    const watched = await cluster(1);
    expect((await written(watched)).status).toBe(201);
  });

  test('holders that have ended since count', async () => {
    const watched = await cluster(3);
    const { world, nodes } = watched;
    const write = world.clients.put(at(nodes, 0), 'k', 300);
    await world.runUntil(() => write.status !== undefined, 1000);
    expect(write.status).toBe(201);
    world.kill(at(nodes, 1));
    world.kill(at(nodes, 2));
    await world.run(10_000);
  });
});

describe('what is stored', () => {
  test('a store that loses a value is caught', async () => {
    const watched = await cluster(2);
    await written(watched);
    at(watched.nodes, 1).core.store.get = () => undefined;
    expect((await violationOf(() => watched.world.run(3000)))?.invariant).toBe(INVARIANTS.retention);
  });

  test('an older version that replaces a newer one is caught', async () => {
    const watched = await cluster(1);
    const node = at(watched.nodes, 0);
    await written(watched);
    const entry = entryOf(node);
    await written(watched);
    node.core.store.get = () => entry;
    expect((await violationOf(() => watched.world.run(3000)))?.invariant).toBe(INVARIANTS.retention);
  });

  test('a clock set forward may end a value early', async () => {
    const watched = await cluster(2);
    const { world, nodes } = watched;
    await written(watched);
    world.jumpClock(at(nodes, 1), 400_000);
    await world.run(5000);
    world.jumpClock(at(nodes, 1), -400_000);
    await world.run(10_000);
  });

  test('a value that comes to a node of another enclave is caught', async () => {
    const watched = await cluster(2);
    const { world, nodes } = watched;
    const stranger = world.startNode({ enclave: 'other', seeds: [at(nodes, 0).address] });
    await written(watched);
    stranger.core.store.put(entryOf(at(nodes, 0)));
    expect((await violationOf(() => world.run(1)))?.invariant).toBe(INVARIANTS.enclaves);
  });

  test('a value that nobody wrote is caught', async () => {
    const watched = await cluster(1);
    await written(watched);
    const node = at(watched.nodes, 0);
    node.core.store.put({ ...entryOf(node), bytes: Uint8Array.of(1, 2, 3) });
    expect((await violationOf(() => watched.world.run(1)))?.invariant).toBe(INVARIANTS.authenticity);
  });

  test('a version that names two writes is caught', async () => {
    const watched = await cluster(1);
    const node = at(watched.nodes, 0);
    await written(watched);
    const { version, expiresAtMs } = entryOf(node);
    const { store } = node.core;
    const put = store.put;
    store.put = (entry) => put({ ...entry, version, expiresAtMs });
    watched.world.clients.put(node, 'k', 300);
    expect((await violationOf(() => watched.world.run(1)))?.invariant).toBe(INVARIANTS.versions);
  });

  test('a write that is applied twice is caught', async () => {
    const watched = await cluster(2);
    const { world, nodes } = watched;
    const [first, second] = [at(nodes, 0), at(nodes, 1)];
    let put: Exchange | undefined;
    world.observe({
      sent: (exchange) => {
        if (exchange.type === 'PUT') put = exchange;
      },
    });
    await written(watched);
    if (put === undefined) throw new Error('nothing was sent');
    const { answer } = second;
    second.answer = function (request) {
      second.core.store.put(entryOf(second));
      return answer.call(this, request);
    };
    world.network.carry(first.machine, first.process, second.address, put.request, () => undefined);
    expect((await violationOf(() => world.run(100)))?.invariant).toBe(INVARIANTS.repetition);
  });

  test('a store that takes more than its cap is caught', async () => {
    const watched = await cluster(1, { config: { maxStorageBytes: 5000 } });
    await written(watched);
    const node = at(watched.nodes, 0);
    const entry = entryOf(node);
    node.core.store.keys = () => ({ keys: Array.from({ length: 20 }, () => 'k') });
    node.core.store.get = () => entry;
    expect((await violationOf(() => watched.world.run(3000)))?.invariant).toBe(INVARIANTS.bounds);
  });
});

describe('members', () => {
  test('an eviction without strikes is caught', async () => {
    const { world, nodes } = await cluster(3);
    const { members } = at(nodes, 0).core.gossip;
    for (let i = 0; i < 3; i++) members.strike('n2', true);
    expect((await violationOf(() => world.run(1)))?.invariant).toBe(INVARIANTS.strikes);
  });

  test('an eviction that is due is none of it', async () => {
    const { world, nodes } = await cluster(3);
    world.cutPower(at(nodes, 2));
    await world.run(20_000);
    expect(at(nodes, 0).peers).toEqual(['n2']);
  });

  test('a dead member that somebody brings back by its name is caught', async () => {
    const { world, nodes } = await cluster(3);
    world.cutPower(at(nodes, 2));
    await world.run(20_000);
    const { members } = at(nodes, 0).core.gossip;
    members.heard('n3');
    members.answered('n3');
    expect((await violationOf(() => world.run(1)))?.invariant).toBe(INVARIANTS.revival);
  });

  test('tables that do not converge are caught in time', async () => {
    const { world, oracle, nodes } = await cluster(3);
    at(nodes, 0).core.gossip.members.live = () => [];
    world.kill(at(nodes, 2));
    const violation = await violationOf(() => oracle.atRest({ withinMs: 20_000 }));
    expect(violation?.invariant).toBe(INVARIANTS.convergence);
  });

  test('the time to converge grows with the cluster', () => {
    expect(convergenceBoundMs(100)).toBeGreaterThan(convergenceBoundMs(5));
    expect(convergenceBoundMs(5, { legacy: 1 })).toBeGreaterThan(convergenceBoundMs(5));
  });
});

describe('traffic', () => {
  test('two requests to seeds at once by an isolated node are caught', async () => {
    const world = new World(1);
    watch(world);
    const dark = world.network.machineAt({ host: '10.9.9.9', port: 8080 });
    dark.hasPower = false;
    const node = world.startNode({ seeds: [dark.address] });
    await world.run(40_000);
    void node.core.gossip.joiner.join([dark.address]);
    void node.core.gossip.joiner.join([dark.address]);
    expect((await violationOf(() => world.run(10_000)))?.invariant).toBe(INVARIANTS.singleFlight);
  });

  test('a node that goes on asking a seed that has answered is caught', async () => {
    const { world, nodes } = await cluster(2);
    await world.run(60_000);
    void at(nodes, 1).core.gossip.joiner.join([at(nodes, 0).address]);
    expect((await violationOf(() => world.run(1000)))?.invariant).toBe(INVARIANTS.seeds);
  });

  test('a node that stood still while it looked for others asks once more as it goes on, and that is none of it', async () => {
    const world = new World(1);
    watch(world);
    const dark = world.network.machineAt({ host: '10.9.9.9', port: 8080 });
    const node = world.startNode({ seeds: [dark.address] });
    await world.run(3000);
    const there = world.startNode({ address: dark.address, seeds: [node.address] });
    expect(await world.runUntil(() => node.peers.length > 0, 1000)).toBe(true);
    const asked: number[] = [];
    world.observe({
      posted: ({ type, process }) =>
        void (type === 'BOOTSTRAP' && process === node.process && asked.push(Math.floor(world.elapsedMs))),
    });
    world.stall(node, 25_000);
    await world.run(30_000);
    expect([node.peers, asked]).toEqual([[there.id], [28_001]]);
  });

  test('a node that keeps on telling a peer of itself is caught', async () => {
    const { world, nodes } = await cluster(2);
    const sync = { type: 'SYNC', from: 'n2', timestampS: 0, messageId: '' } as const;
    const [first, second] = [at(nodes, 0), at(nodes, 1)];
    const nodeInfo = { id: 'n2', address: second.address.host, port: 0, httpPort: 8080, enclave: 'default' };
    for (let i = 0; i < 20; i++) void second.core.transport.send(first.address, { ...sync, nodeInfo }, 1000);
    expect((await violationOf(() => world.run(1000)))?.invariant).toBe(INVARIANTS.syncs);
  });

  test('a node that sends without end at rest is caught', async () => {
    const { world, oracle, nodes } = await cluster(2);
    const [first, second] = [at(nodes, 0), at(nodes, 1)];
    const ack = { type: 'ACK', from: 'n2', timestampS: 0, messageId: 'x', to: 'n1', key: 'k' } as const;
    const tick = (): void => {
      void second.core.transport.send(first.address, { ...ack }, 1000);
      world.after(20, tick);
    };
    tick();
    expect((await violationOf(() => oracle.atRest()))?.invariant).toBe(INVARIANTS.idle);
  });
});

describe('at rest', () => {
  test('replicas that differ are caught where they are claimed to be equal', async () => {
    const watched = await cluster(3);
    const { world, oracle, nodes } = watched;
    const [first, , third] = nodes as [SimNode, SimNode, SimNode];
    for (const { core } of nodes) core.transport.ask = () => Promise.resolve({ kind: 'timeout' });
    world.network.setLink(first.machine, third.machine, { path: 'silent' });
    await written(watched);
    await world.run(8000);
    world.network.heal();
    expect((await violationOf(() => oracle.atRest({ replicas: 'equal' })))?.invariant).toBe(INVARIANTS.replicas);
  });

  test('replicas of a version from beyond the clock bound have until its time has come', async () => {
    const { world, oracle, nodes } = await cluster(2);
    const [first, second] = [at(nodes, 0), at(nodes, 1)];
    world.jumpClock(first, 150_000);
    world.clients.put(first, 'k', 3000);
    await world.run(1000);
    world.jumpClock(first, -150_000);
    const versions = (): (number | undefined)[] => [first, second].map(({ core }) => core.store.get('k')?.version.ms);
    expect(new Set(versions()).size).toBe(2);
    const { equalAfterMs } = await oracle.atRest({ equalWithinMs: 20_000 });
    expect(equalAfterMs).toBeGreaterThan(80_000);
    expect(new Set(versions()).size).toBe(1);
  });

  test('a write that is never answered is caught', async () => {
    const watched = await cluster(2);
    const node = at(watched.nodes, 0);
    node.put = () => new Promise(() => undefined);
    watched.world.clients.put(node, 'k', 300);
    expect((await violationOf(() => watched.oracle.atRest()))?.invariant).toBe(INVARIANTS.answers);
  });

  test('a read of what nobody wrote does not fit any order', async () => {
    const watched = await cluster(2);
    const node = at(watched.nodes, 0);
    node.get = () => ({ bytes: Buffer.from('made up'), expiresAtMs: 0 });
    watched.world.clients.get(node, 'k');
    expect((await violationOf(() => watched.oracle.atRest()))?.invariant).toBe(INVARIANTS.history);
  });
});
