import { describe, expect, test } from 'vitest';
import { Cluster, running } from './scenarios/cluster.js';
import { World } from './world/world.js';

const APART_MS = 600_000;
const STALE = 'repram_stale_messages_total';

/** Five nodes that sign what they say, in a world of the seed. */
async function signing(maxMessageAgeMs = 300_000): Promise<Cluster> {
  const world = new World(7, { secret: 'of five nodes' });
  return running(new Cluster(world, { config: { maxMessageAgeMs } }), 5);
}

describe('a node of a signing cluster whose clock is beyond the bound', () => {
  test.each([APART_MS, -APART_MS])('by %i ms stays a member, writes and is written to', async (apartMs) => {
    const cluster = await signing();
    const { world } = cluster;
    const [off, other] = cluster.nodes;
    if (off === undefined || other === undefined) throw new Error('no nodes');
    world.jumpClock(off, apartMs);
    await world.run(60_000);
    expect([off.metrics.value(STALE) > 0, other.metrics.value(STALE) > 0]).toEqual([true, true]);
    expect(cluster.allKnowAll).toBe(true);
    expect(cluster.nodes.map(({ metrics }) => metrics.value('repram_ping_failures_total'))).toEqual([0, 0, 0, 0, 0]);
    // Longer than the clocks are apart: an expiry is absolute, and what has expired is not acknowledged.
    const writes = [world.clients.put(off, 'default/of-it', 3600), world.clients.put(other, 'default/of-others', 3600)];
    await world.run(10_000);
    expect(writes.map(({ status }) => status)).toEqual([201, 201]);
  });

  test('is one like others as soon as its clock is right', async () => {
    const cluster = await signing();
    const { world } = cluster;
    const [off] = cluster.nodes;
    if (off === undefined) throw new Error('no node');
    world.jumpClock(off, APART_MS);
    await world.run(60_000);
    world.jumpClock(off, -APART_MS);
    await world.run(1000);
    const before = cluster.nodes.map(({ metrics }) => metrics.value(STALE));
    await world.run(60_000);
    expect(cluster.nodes.map(({ metrics }) => metrics.value(STALE))).toEqual(before);
    expect(cluster.allKnowAll).toBe(true);
  });

  test('that dies is evicted all the same', async () => {
    const cluster = await signing();
    const { world } = cluster;
    const [off] = cluster.nodes;
    if (off === undefined) throw new Error('no node');
    world.jumpClock(off, APART_MS);
    await world.run(10_000);
    world.kill(off);
    await cluster.allKnowAllWithin(30_000);
  });

  test('is no matter where the bound is off', async () => {
    const cluster = await signing(0);
    const [off] = cluster.nodes;
    if (off === undefined) throw new Error('no node');
    cluster.world.jumpClock(off, APART_MS);
    await cluster.world.run(60_000);
    expect(cluster.nodes.map(({ metrics }) => metrics.value(STALE))).toEqual([0, 0, 0, 0, 0]);
    expect(cluster.allKnowAll).toBe(true);
  });
});
