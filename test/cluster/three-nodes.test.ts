import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type NodeProcess } from '../support/node-process.js';
import { ProcessCluster } from '../support/process-cluster.js';

const MAX_VALUE_BYTES = 10 * 1024 * 1024;

describe('three nodes', () => {
  const cluster = new ProcessCluster();
  let first: NodeProcess;
  let second: NodeProcess;
  let third: NodeProcess;

  beforeAll(async () => {
    await cluster.start(3);
    [first, second, third] = [cluster.node(0), cluster.node(1), cluster.node(2)];
  });
  afterAll(() => cluster.stop());

  const everywhere = (key: string, value: Uint8Array | string) =>
    eventually(async () => {
      const copies = await Promise.all(cluster.nodes.map((node) => node.get(key)));
      return copies.every((copy) => copy?.equals(Buffer.from(value)));
    }, `${key} on every node`);

  it('a write on any node is acknowledged by a quorum and readable on all', async () => {
    for (const node of cluster.nodes) {
      expect(await node.put(`from-${node.id}`, `by ${node.id}`)).toBe(201);
      await everywhere(`from-${node.id}`, `by ${node.id}`);
    }
  });

  it('an overwrite through another node within the same second wins on all', async () => {
    for (let round = 0; round < 10; round++) {
      expect(await first.put('contested', `old ${round}`)).toBe(201);
      expect(await second.put('contested', `new ${round}`)).toBe(201);
      await everywhere('contested', `new ${round}`);
    }
  });

  it('bytes of every value and no bytes at all replicate', async () => {
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    expect(await first.put('binary', everyByte)).toBe(201);
    expect(await first.put('empty', '')).toBe(201);
    await everywhere('binary', everyByte);
    await everywhere('empty', '');
  });

  it('a value of the largest size replicates, one byte more is refused', async () => {
    const largest = Buffer.alloc(MAX_VALUE_BYTES, 'repram');
    expect(await first.put('largest', largest)).toBe(201);
    await everywhere('largest', largest);
    expect(await first.put('too-large', Buffer.alloc(MAX_VALUE_BYTES + 1))).toBe(413);
  });

  it('a killed node is evicted by the others, writes go on, and it is back in every list after a restart', async () => {
    await second.kill();
    await cluster.complete([first, third]);
    expect(await first.put('while-down', 'x')).toBe(201);
    await second.start();
    await cluster.complete();
    expect(await second.put('back', 'y')).toBe(201);
    await everywhere('back', 'y');
  });

  it('a stopped node is evicted although its port still accepts connections, and returns when it goes on', async () => {
    third.signal('SIGSTOP');
    await cluster.complete([first, second]);
    third.signal('SIGCONT');
    await cluster.complete();
  });

  it('a node that is asked to stop leaves at once, finishes, and exits with 0', async () => {
    third.signal('SIGTERM');
    expect(await third.exited()).toBe(0);
    expect(await first.peerIds()).toEqual([second.id]);
    expect(await second.peerIds()).toEqual([first.id]);
    await third.start();
    await cluster.complete();
  });
});
