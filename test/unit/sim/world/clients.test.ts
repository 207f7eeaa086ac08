import { beforeEach, describe, expect, it } from 'vitest';
import type { SimNode } from '../../../sim/world/node.js';
import { World } from '../../../sim/world/world.js';

let world: World;
let node: SimNode;

beforeEach(async () => {
  world = new World(3);
  node = world.startNode();
  await world.run(100);
});

describe('a write of a client', () => {
  it('is completed in its own time, with its status, its version and the end of its life', async () => {
    const seen: string[] = [];
    world.observe({
      writing: ({ id, status }) => void seen.push(`writing ${id} ${status}`),
      wrote: ({ id, status }) => void seen.push(`wrote ${id} ${status}`),
    });
    const operation = world.clients.put(node, 'k', 600);
    expect([operation.status, operation.invokedMs]).toEqual([undefined, world.trueMs]);
    await world.run(100);
    const entry = node.core.store.get('k');
    expect(operation).toMatchObject({ status: 201, version: entry?.version, expiresAtMs: entry?.expiresAtMs });
    expect(operation.completedMs).toBeGreaterThanOrEqual(operation.invokedMs);
    expect(seen).toEqual(['writing 1 undefined', 'wrote 1 201']);
    expect(entry && world.clients.writeOf(entry)).toBe(operation);
  });

  it('has a value of its own, of at least the bytes asked for', () => {
    const operations = ['k', 'k', 'k#1'].flatMap((key) =>
      [0, 5, 100].map((bytes) => world.clients.put(node, key, 600, bytes)),
    );
    expect(new Set(operations.map(({ value }) => value)).size).toBe(operations.length);
    expect(operations.map(({ value }) => value.length).filter((length) => length === 100)).toHaveLength(3);
    for (const operation of operations) {
      expect(world.clients.writeOf({ bytes: Buffer.from(operation.value) })).toBe(operation);
    }
  });

  it('waits for a stalled process, and is never completed by one that ends', async () => {
    world.stall(node, 1000);
    const waiting = world.clients.put(node, 'waiting', 600);
    await world.run(999);
    expect(waiting.status).toBeUndefined();
    await world.run(10);
    expect(waiting.status).toBe(201);
    world.stall(node, 1000);
    const lost = world.clients.put(node, 'lost', 600);
    world.kill(node);
    await world.run(10_000);
    expect([lost.status, lost.completedMs, lost.version]).toEqual([undefined, undefined, undefined]);
  });

  it('is turned away by a node that shuts down', async () => {
    const other = world.startNode({ seeds: [node.address] });
    await world.run(2000);
    void world.leave(node);
    const late = world.clients.put(node, 'late', 600);
    const after = world.leave(node);
    await world.run(1000);
    await after;
    expect([late.status, other.core.store.get('late')]).toEqual([503, undefined]);
  });
});

describe('a read of a client', () => {
  it('tells which write it saw, and what the clock of the node showed', async () => {
    world.clients.put(node, 'k', 600);
    await world.run(10);
    const second = world.clients.put(node, 'k', 600);
    await world.run(10);
    world.jumpClock(node, 250);
    expect(world.clients.get(node, 'k')).toEqual({
      host: node,
      key: 'k',
      value: second.value,
      atMs: world.trueMs,
      nodeWallMs: node.clock.nowMs(),
    });
    expect(node.clock.nowMs()).toBe(Math.floor(world.trueMs + 250));
    expect(world.clients.get(node, 'none')?.value).toBeUndefined();
  });

  it('is not answered by a process that stands still, or has ended', async () => {
    world.stall(node, 10);
    expect(world.clients.get(node, 'k')).toBeUndefined();
    await world.run(20);
    expect(world.clients.get(node, 'k')).toBeDefined();
    world.cutPower(node);
    expect(world.clients.get(node, 'k')).toBeUndefined();
  });
});
