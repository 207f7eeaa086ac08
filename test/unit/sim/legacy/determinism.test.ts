import { expect, test } from 'vitest';
import { Network } from './network.js';

/** Every request of thirteen nodes that join, write above the full fan-out, lose a node and go on; as one text. */
async function run(): Promise<string> {
  const log: string[] = [];
  const network = new Network(3, (line) => log.push(line));
  const seed = network.node({ id: 'seed' });
  const others = Array.from({ length: 12 }, (_, i) =>
    network.node({ flavour: i % 2 === 0 ? 'go' : 'ts', seeds: [seed.address] }),
  );
  for (const { node } of [seed, ...others]) node.start();
  await network.clock.run(35_000);
  for (const { node } of others) void node.put('k', new Uint8Array(3), 600);
  seed.stop();
  await network.clock.run(120_000);
  return log.join('\n');
}

test('one seed, one run, to the byte of every request', async () => {
  const first = await run();
  expect(first.split('\n').length).toBeGreaterThan(500);
  expect(await run()).toBe(first);
});
