import { describe, expect, test } from 'vitest';
import { Cluster } from '../../../sim/scenarios/cluster.js';
import { Workload } from '../../../sim/scenarios/workload.js';
import type { ReadOperation } from '../../../sim/world/operation.js';
import { World } from '../../../sim/world/world.js';

async function worked(ms: number): Promise<{ world: World; reads: readonly ReadOperation[]; workload: Workload }> {
  const world = new World(1);
  const cluster = new Cluster(world);
  cluster.add(3);
  cluster.add(2, 'second');
  await cluster.startAll();
  const reads: ReadOperation[] = [];
  world.observe({ read: (operation) => void reads.push(operation) });
  const workload = new Workload(world, { perSecond: 20, keys: 4, hosts: () => cluster.nodes });
  workload.start();
  await world.run(ms);
  return { world, reads, workload };
}

describe('the workload', () => {
  test('keeps to its rate, and to the keys of the enclave of the node asked', async () => {
    const { world, reads } = await worked(60_000);
    const writes = [...world.clients.writes.values()];
    expect(writes.length).toBeGreaterThan(60 * 20 * 0.3);
    expect(writes.length).toBeLessThan(60 * 20 * 0.7);
    for (const { host, key } of [...writes, ...reads]) expect(key).toMatch(new RegExp(`^${host.enclave}/k[0-3]$`));
  });

  test('writes one key at two nodes at once now and then', async () => {
    const { world } = await worked(60_000);
    const writes = [...world.clients.writes.values()];
    const twins = writes.filter((write, i) => {
      const next = writes[i + 1];
      return next?.key === write.key && next.invokedMs === write.invokedMs && next.host !== write.host;
    });
    expect(twins.length).toBeGreaterThan(0);
  });

  test('reads in the last milliseconds of a value and in the first after it', async () => {
    const { world, reads } = await worked(60_000);
    const ends = new Set([...world.clients.writes.values()].map(({ expiresAtMs }) => expiresAtMs));
    expect(reads.some(({ nodeWallMs }) => ends.has(nodeWallMs))).toBe(true);
    expect(reads.some(({ nodeWallMs }) => ends.has(nodeWallMs + 5))).toBe(true);
    expect(reads.some(({ nodeWallMs }) => ends.has(nodeWallMs - 5))).toBe(true);
  });

  test('begins nothing after it was stopped', async () => {
    const { world, workload } = await worked(10_000);
    workload.stop();
    const { size } = world.clients.writes;
    await world.run(10_000);
    expect(world.clients.writes.size).toBe(size);
  });
});
