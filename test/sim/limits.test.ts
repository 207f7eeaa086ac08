import { describe, expect, test } from 'vitest';
import { Cluster } from './scenarios/cluster.js';
import type { SimNode } from './world/node.js';
import type { WriteOperation } from './world/operation.js';
import { World } from './world/world.js';

/**
 * What replicas do not promise as long as nothing repairs them. These tests fail once something does, and with them the
 * scenarios that claim no equal replicas have to change.
 */

const TEN_MINUTES_MS = 600_000;
const TTL_SECONDS = 3600;

async function cluster(
  seed: number,
  count: number,
): Promise<{ world: World; nodes: readonly SimNode[]; all: Cluster }> {
  const world = new World(seed);
  const all = new Cluster(world);
  all.add(count);
  await all.startAll();
  await all.allKnowAllWithin(20_000);
  return { world, nodes: all.nodes, all };
}

async function written(world: World, nodes: readonly SimNode[], count: number): Promise<readonly WriteOperation[]> {
  const writes: WriteOperation[] = [];
  for (let i = 0; i < count; i++) {
    const node = nodes[i % nodes.length];
    if (node !== undefined) writes.push(world.clients.put(node, `default/${i}`, TTL_SECONDS));
    await world.run(100);
  }
  await world.run(6000);
  return writes;
}

/** How many copies are missing of what was written. */
function missing(nodes: readonly SimNode[], writes: readonly WriteOperation[]): number {
  return writes.flatMap(({ key }) => nodes.filter((node) => node.get(key) === undefined)).length;
}

describe('without repair', () => {
  test('a sound network loses nothing: what the other tests find is not due to the cluster', async () => {
    const { world, nodes } = await cluster(1, 5);
    expect(missing(nodes, await written(world, nodes, 50))).toBe(0);
  });

  test('a write that is lost on the way to a replica is missed for good, although it was acknowledged', async () => {
    const { world, nodes } = await cluster(1, 5);
    world.network.setBase({ loss: 0.3 });
    const writes = await written(world, nodes, 50);
    world.network.heal();
    const lacking = missing(nodes, writes);
    expect(lacking).toBeGreaterThan(0);
    expect(writes.filter(({ status }) => status === 201).length).toBeGreaterThan(0);
    await world.run(TEN_MINUTES_MS);
    expect(missing(nodes, writes)).toBe(lacking);
  });

  test('a replica that misses an overwrite goes on serving the older value', async () => {
    const { world, nodes } = await cluster(2, 3);
    const [a, b, c] = nodes;
    if (a === undefined || b === undefined || c === undefined) throw new Error('three nodes');
    const first = world.clients.put(a, 'default/key', TTL_SECONDS);
    await world.run(1000);
    world.network.setLink(a.machine, c.machine, { path: 'silent' });
    const second = world.clients.put(a, 'default/key', TTL_SECONDS);
    await world.run(6000);
    world.network.heal();
    await world.run(TEN_MINUTES_MS);
    expect(second.status).toBe(201);
    expect(world.clients.get(b, 'default/key')?.value).toBe(second.value);
    expect(world.clients.get(c, 'default/key')?.value).toBe(first.value);
  });

  test('a node that was killed comes back empty and stays so', async () => {
    const { world, nodes, all } = await cluster(3, 5);
    const writes = await written(world, nodes, 10);
    const [seat] = all.seats;
    if (seat?.node === undefined) throw new Error('no node');
    world.kill(seat.node);
    all.start(seat);
    await all.allKnowAllWithin(20_000);
    await world.run(TEN_MINUTES_MS);
    expect(missing([seat.node], writes)).toBe(writes.length);
  });

  test('halves of a split that is over keep what they wrote to themselves', async () => {
    const { world, nodes, all } = await cluster(4, 8);
    const halves = [nodes.slice(0, 4), nodes.slice(4)];
    world.network.partition(halves.map((half) => half.map(({ machine }) => machine)));
    await world.run(60_000);
    const writes = await written(world, halves[0] ?? [], 8);
    world.network.heal();
    await all.allKnowAllWithin(60_000);
    await world.run(TEN_MINUTES_MS);
    expect(writes.every(({ status }) => status === 201)).toBe(true);
    expect(missing(halves[0] ?? [], writes)).toBe(0);
    expect(missing(halves[1] ?? [], writes)).toBe(4 * writes.length);
  });

  test('above 11 nodes a write is sent to samples, which now and then leave somebody out', async () => {
    const { world, nodes } = await cluster(5, 20);
    const writes = await written(world, nodes, 200);
    const lacking = missing(nodes, writes);
    expect(writes.every(({ status }) => status === 201)).toBe(true);
    expect(lacking).toBeGreaterThan(0);
    expect(lacking).toBeLessThan((200 * 20) / 20);
  });

  test('of a version from beyond the clock bound each replica makes its own', async () => {
    const { world, nodes } = await cluster(6, 5);
    const [ahead, ...others] = nodes;
    if (ahead === undefined) throw new Error('no node');
    world.network.setBase({ delay: { kind: 'uniform', minMs: 1, maxMs: 100 } });
    world.jumpClock(ahead, 180_000);
    world.clients.put(ahead, 'default/key', TTL_SECONDS);
    await world.run(1000);
    const versions = others.map((node) => node.core.store.get('default/key')?.version.ms);
    expect(new Set(versions).size).toBeGreaterThan(1);
  });
});
