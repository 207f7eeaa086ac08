import { expect, it } from 'vitest';
import { watch } from '../../../sim/oracle/oracle.js';
import { startMany } from '../../../sim/world/start-many.js';
import { World } from '../../../sim/world/world.js';

it('a killed process is evicted by all, and a write waits for nobody', async () => {
  const world = new World(7);
  const oracle = watch(world);
  const [first, second, third] = await startMany(world, 3);
  if (first === undefined || second === undefined || third === undefined) throw new Error('three nodes');

  world.kill(third);
  expect(await world.runUntil(() => first.peers.length === 1 && second.peers.length === 1, 4000)).toBe(true);

  const write = world.clients.put(first, 'greeting', 600);
  expect(await world.runUntil(() => write.status !== undefined, 1000)).toBe(true);
  expect(write.status).toBe(201);
  expect(world.clients.get(second, 'greeting')?.value).toBe(write.value);

  await oracle.atRest({ replicas: 'complete' });
});
