import { expect, test } from 'vitest';
import { at, cluster } from './support.js';

test('a sound cluster breaks no invariant, and comes to rest', async () => {
  const { world, oracle, nodes } = await cluster(5);
  for (let i = 0; i < 40; i++) {
    world.clients.put(at(nodes, i % 5), `k${i % 7}`, 300);
    await world.run(100);
    world.clients.get(at(nodes, (i * 3) % 5), `k${i % 7}`);
  }
  const report = await oracle.atRest({ replicas: 'equal' });
  expect(report.convergedAfterMs).toBe(0);
  expect(report.messagesPerNodeSecond).toBeGreaterThan(1);
  await world.run(400_000);
});
