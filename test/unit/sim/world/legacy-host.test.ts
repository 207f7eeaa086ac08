import { expect, it } from 'vitest';
import { startLegacy } from '../../../sim/world/legacy-host.js';
import { World } from '../../../sim/world/world.js';

it('nodes of both protocols share a world: they list each other, hold each other’s writes, and evict the dead', async () => {
  const world = new World(7);
  const first = world.startNode();
  const seeds = [first.address];
  const go = startLegacy(world, { id: 'go1', enclave: 'default', flavour: 'go', seeds });
  const ts = startLegacy(world, { id: 'ts1', enclave: 'default', flavour: 'ts', seeds: [...seeds, go.address] });
  const last = world.startNode({ seeds });
  const hosts = [first, go, ts, last];
  await world.run(40_000);
  for (const host of hosts) expect(host.peers).toHaveLength(3);
  const writes = hosts.map((host, at) => world.clients.put(host, `key ${at}`, 300));
  await world.run(6000);
  for (const write of writes) {
    expect(write.status).toBe(201);
    for (const host of hosts) expect(world.clients.get(host, write.key)?.value).toBe(write.value);
  }
  world.kill(last);
  await world.run(120_000);
  for (const host of world.hosts) expect(host.peers).not.toContain(last.id);
});
