import { expect, test } from 'vitest';
import { watch } from '../../../sim/oracle/oracle.js';
import { startLegacy } from '../../../sim/world/legacy-host.js';
import type { Machine } from '../../../sim/world/machine.js';
import { World } from '../../../sim/world/world.js';
import { at, cluster } from './support.js';

/** What a word is worth that a member, or somebody at its address, gave within the nine periods of its silence. */

function silence(
  world: World,
  from: readonly { readonly machine: Machine }[],
  to: { readonly machine: Machine },
): void {
  for (const { machine } of from) world.network.setLink(machine, to.machine, { path: 'silent' });
}

test('a write of an old node, which may have been passed on, is no sign of its life', async () => {
  const world = new World(1);
  watch(world);
  const first = world.startNode();
  const second = world.startNode({ seeds: [first.address] });
  const old = startLegacy(world, { id: 'old', enclave: 'default', flavour: 'go', seeds: [first.address] });
  await world.run(35_000);
  expect(first.peers).toEqual([second.id, 'old'].sort());
  silence(world, [first, second], old);
  await world.run(5000);
  world.clients.put(old, 'k', 300);
  await world.run(6000);
  expect(first.peers).toEqual([second.id]);
});

test('the word of a process that is behind the one known is no sign of the life of that', async () => {
  const { world, nodes } = await cluster(3);
  const [first, second, third] = [at(nodes, 0), at(nodes, 1), at(nodes, 2)];
  world.cutPower(third);
  silence(world, [first, second], third);
  await world.run(6000);
  world.jumpClock(third, -60_000);
  world.startNode({ id: third.id, address: third.address, seeds: [first.address] });
  await world.run(5000);
  expect(first.peers).toEqual([second.id]);
});

test('the word of a stranger is no sign of the life of the member that it is later', async () => {
  const { world, nodes } = await cluster(3);
  const [first, second, third] = [at(nodes, 0), at(nodes, 1), at(nodes, 2)];
  const late = world.startNode();
  silence(world, [first, second, late], third);
  silence(world, [third], first);
  silence(world, [third], second);
  await world.run(5000);
  const ack = { type: 'ACK', from: third.id, timestampS: 0, messageId: 'x', to: late.id, key: 'k' } as const;
  void third.core.transport.send(late.address, ack, 1000);
  await world.run(100);
  void late.core.gossip.joiner.join([first.address]);
  await world.run(1000);
  expect(late.peers).toEqual([first.id, second.id, third.id].sort());
  await world.run(6000);
  expect(late.peers).toEqual([first.id, second.id].sort());
});

test('the word of a member is one, and an eviction soon after it is caught', async () => {
  const { world, nodes } = await cluster(3);
  const [first, second, third] = [at(nodes, 0), at(nodes, 1), at(nodes, 2)];
  silence(world, [first, second], third);
  await world.run(12_000);
  const { members } = first.core.gossip;
  expect(members.get(third.id)?.strikes).toBeGreaterThan(0);
  members.condemn(third.id);
  await expect(world.run(1)).rejects.toThrow('eviction takes evidence');
});
