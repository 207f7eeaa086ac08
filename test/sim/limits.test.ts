import { describe, expect, test } from 'vitest';
import { Cluster } from './scenarios/cluster.js';
import type { SimNode } from './world/node.js';
import type { WriteOperation } from './world/operation.js';
import { World } from './world/world.js';

/** What every replica holds once nothing disturbs it: how soon, and whatever happened before. */

/** How soon after the last fault, in milliseconds. */
const SOON_MS = 10_000;
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

async function written(
  world: World,
  nodes: readonly SimNode[],
  count: number,
  settleMs = 6000,
): Promise<readonly WriteOperation[]> {
  const writes: WriteOperation[] = [];
  for (let i = 0; i < count; i++) {
    const node = nodes[i % nodes.length];
    if (node !== undefined) writes.push(world.clients.put(node, `default/${i}`, TTL_SECONDS));
    await world.run(100);
  }
  await world.run(settleMs);
  return writes;
}

/** How many copies are missing of what was written. */
function missing(nodes: readonly SimNode[], writes: readonly WriteOperation[]): number {
  return writes.flatMap(({ key }) => nodes.filter((node) => node.get(key) === undefined)).length;
}

/** Runs until every node holds the newest of what was written, and says how long that took; fails after `withinMs`. */
async function wholeWithin(
  world: World,
  nodes: readonly SimNode[],
  writes: readonly WriteOperation[],
  withinMs: number,
) {
  for (let passedMs = 0; passedMs <= withinMs; passedMs += 100) {
    if (missing(nodes, writes) === 0 && differing(nodes, writes) === 0) return;
    await world.run(100);
  }
  expect({ missing: missing(nodes, writes), differing: differing(nodes, writes) }).toEqual({
    missing: 0,
    differing: 0,
  });
}

/** How many keys have more than one version. */
function differing(nodes: readonly SimNode[], writes: readonly WriteOperation[]): number {
  const versionsOf = (key: string) => nodes.map((node) => JSON.stringify(node.core.store.get(key)?.version));
  return writes.filter(({ key }) => new Set(versionsOf(key)).size > 1).length;
}

describe('what replicas promise', () => {
  test('a sound network loses nothing: what the other tests find is not due to the cluster', async () => {
    const { world, nodes } = await cluster(1, 5);
    expect(missing(nodes, await written(world, nodes, 50))).toBe(0);
  });

  test.each([1, 2, 3, 4, 5])(
    'a write that was lost on the way is everywhere soon after the loss ends, seed %i',
    async (seed) => {
      const { world, nodes } = await cluster(seed, 5);
      world.network.setBase({ loss: 0.2 });
      const writes = await written(world, nodes, 200);
      world.network.heal();
      expect(writes.filter(({ status }) => status === 201).length).toBeGreaterThan(0);
      await wholeWithin(world, nodes, writes, SOON_MS);
    },
  );

  test('a replica that misses an overwrite has the newer value once it can be reached', async () => {
    const { world, nodes } = await cluster(2, 3);
    const [a, b, c] = nodes;
    if (a === undefined || b === undefined || c === undefined) throw new Error('three nodes');
    world.clients.put(a, 'default/key', TTL_SECONDS);
    await world.run(1000);
    world.network.setLink(a.machine, c.machine, { path: 'silent' });
    world.network.setLink(b.machine, c.machine, { path: 'silent' });
    const second = world.clients.put(a, 'default/key', TTL_SECONDS);
    await world.run(6000);
    expect(second.status).toBe(201);
    expect(world.clients.get(c, 'default/key')?.value).not.toBe(second.value);
    world.network.heal();
    await wholeWithin(world, nodes, [second], SOON_MS);
    expect(world.clients.get(c, 'default/key')?.value).toBe(second.value);
  });

  test('a node that was killed comes back empty and catches up', async () => {
    const { world, nodes, all } = await cluster(3, 5);
    const writes = await written(world, nodes, 500);
    const [seat] = all.seats;
    if (seat?.node === undefined) throw new Error('no node');
    world.kill(seat.node);
    all.start(seat);
    await all.allKnowAllWithin(20_000);
    await wholeWithin(world, [seat.node], writes, SOON_MS);
  });

  test('halves of a split that is over hold what either wrote, the newer where both did', async () => {
    const { world, nodes, all } = await cluster(4, 6);
    const halves = [nodes.slice(0, 3), nodes.slice(3)];
    world.network.partition(halves.map((half) => half.map(({ machine }) => machine)));
    await world.run(300_000);
    const [older, newer] = [await written(world, halves[0] ?? [], 50), await written(world, halves[1] ?? [], 25)];
    world.network.heal();
    await all.allKnowAllWithin(60_000);
    await wholeWithin(world, nodes, [...older.slice(25), ...newer], SOON_MS);
    for (const { key, value } of newer) expect(world.clients.get(nodes[0] as SimNode, key)?.value).toBe(value);
  });

  test('above 11 nodes a write is sent to samples: whom they leave out has it soon', async () => {
    const { world, nodes } = await cluster(5, 20);
    const writes = await written(world, nodes, 200, 500);
    expect(missing(nodes, writes)).toBeGreaterThan(0);
    await wholeWithin(world, nodes, writes, SOON_MS);
  });

  test('a version from beyond the clock bound, which each replica bounds for itself, is one in the end', async () => {
    const { world, nodes } = await cluster(6, 5);
    const [ahead, ...others] = nodes;
    if (ahead === undefined) throw new Error('no node');
    world.network.setBase({ delay: { kind: 'uniform', minMs: 1, maxMs: 100 } });
    world.jumpClock(ahead, 180_000);
    const write = world.clients.put(ahead, 'default/key', TTL_SECONDS);
    await world.run(1000);
    const versions = others.map((node) => node.core.store.get('default/key')?.version.ms);
    expect(new Set(versions).size).toBeGreaterThan(1);
    await wholeWithin(world, others, [write], 60_000);
  });
});
