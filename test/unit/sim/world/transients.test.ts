import { expect, it } from 'vitest';
import { INVARIANTS } from '../../../sim/oracle/names.js';
import { watch } from '../../../sim/oracle/oracle.js';
import type { SimNode } from '../../../sim/world/node.js';
import { World } from '../../../sim/world/world.js';
import { violationOf } from '../oracle/support.js';

function carried(): { readonly world: World; readonly parent: SimNode; readonly child: SimNode } {
  const world = new World(3);
  const parent = world.startNode();
  const child = world.startNode({ seeds: [parent.address], config: { inbound: 'false' } });
  return { world, parent, child };
}

it('a transient is attached to a member, which does not list it', async () => {
  const { world, parent, child } = carried();
  const oracle = watch(world);
  expect(await world.runUntil(() => oracle.tree.parentOf(child) === parent, 1000)).toBe(true);
  await world.run(5000);
  expect([world.members, world.transients]).toEqual([[parent], [child]]);
  expect([parent.peers, child.peers]).toEqual([[], []]);
});

it('a transient writes as soon as it is attached, and is not held up for seeds that it never asks', async () => {
  const { world, parent, child } = carried();
  await world.run(100);
  const write = world.clients.put(child, 'k', 60);
  await world.run(100);
  expect(write.status).toBe(201);
  expect(world.clients.get(parent, 'k')?.value).toBe(write.value);
});

it('a node that has not looked for the others yet takes no child, and does so a second later at the latest', async () => {
  const world = new World(3);
  const dark = world.network.machineAt({ host: '10.9.9.9', port: 8080 });
  dark.hasPower = false;
  const [node, lone] = [world.startNode({ seeds: [dark.address] }), world.startNode()];
  await world.run(900);
  expect([node.core.tree.mayAccept, lone.core.tree.mayAccept]).toEqual([false, true]);
  await world.run(200);
  expect(node.core.tree.mayAccept).toBe(true);
});

it('a transient that has lost its only parent is found out at rest', async () => {
  const { world, parent } = carried();
  const oracle = watch(world);
  await world.run(5000);
  world.kill(parent);
  const violation = await violationOf(() => oracle.atRest({ attachedWithinMs: 5000 }));
  expect(violation?.invariant).toBe(INVARIANTS.reattachment);
});
