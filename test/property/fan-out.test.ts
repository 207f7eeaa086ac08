import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { FULL_FAN_OUT, fanOut, fanOutSize, forwards } from '../../src/gossip/replication/fan-out.js';
import { quorumSize, readQuorumSize } from '../../src/gossip/replication/quorum.js';
import { SeededRng } from '../support/ports.js';

const peerCounts = fc.integer({ min: 0, max: 400 });
const seeds = fc.integer();

/** Who holds a write after the origin, node 0, and every first-time receiver have passed it on. */
function spread(nodes: number, seed: number): number {
  const rng = new SeededRng(seed);
  const reached = new Set([0]);
  const queue = [{ node: 0, sender: -1 }];
  for (let turn = queue.shift(); turn !== undefined; turn = queue.shift()) {
    const { node, sender } = turn;
    const peers = Array.from({ length: nodes }, (_, id) => id).filter((id) => id !== node);
    const isOrigin = node === 0;
    if (!isOrigin && !forwards(peers.length)) continue;
    const lackIt = isOrigin ? peers : peers.filter((id) => id !== 0 && id !== sender);
    for (const target of fanOut(rng, peers, lackIt)) {
      if (reached.has(target)) continue;
      reached.add(target);
      queue.push({ node: target, sender: node });
    }
  }
  return reached.size;
}

describe('fan-out', () => {
  test.prop([peerCounts, seeds])('chooses distinct peers, as many as the rule says', (count, seed) => {
    const peers = Array.from({ length: count }, (_, id) => id);
    const chosen = fanOut(new SeededRng(seed), peers);
    expect(new Set(chosen).size).toBe(chosen.length);
    expect(chosen.length).toBe(fanOutSize(count));
    expect(chosen.every((id) => id >= 0 && id < count)).toBe(true);
  });

  test.prop([peerCounts, seeds])('counts who has the write as a peer, and never chooses it', (count, seed) => {
    const peers = Array.from({ length: count }, (_, id) => id);
    const chosen = fanOut(new SeededRng(seed), peers, peers.slice(1));
    expect(chosen).not.toContain(0);
    expect(chosen.length).toBe(Math.min(fanOutSize(count), Math.max(0, count - 1)));
  });

  test.prop([peerCounts])('is the whole enclave or the least square root that suffices', (count) => {
    const size = fanOutSize(count);
    if (count <= FULL_FAN_OUT) expect(size).toBe(count);
    else expect(size ** 2 >= count && (size - 1) ** 2 < count).toBe(true);
    expect(forwards(count)).toBe(count > FULL_FAN_OUT);
  });

  test.prop([fc.array(fc.integer(), { maxLength: 100 }), seeds])(
    'leaves the list it chooses from alone',
    (peers, seed) => {
      const before = [...peers];
      fanOut(new SeededRng(seed), peers);
      expect(peers).toEqual(before);
    },
  );

  test.prop([fc.integer({ min: 1, max: 120 }), seeds])(
    'reaches the quorum by forwarding, and mostly all',
    (nodes, seed) => {
      const reached = spread(nodes, seed);
      if (nodes <= FULL_FAN_OUT + 1) expect(reached).toBe(nodes);
      expect(reached).toBeGreaterThanOrEqual(Math.max(quorumSize(nodes, 3), Math.ceil(nodes * 0.7)));
    },
  );

  test.prop([seeds])('of twelve peers chooses each about as often', (seed) => {
    const rng = new SeededRng(seed);
    const times = Array<number>(12).fill(0);
    for (let i = 0; i < 3000; i++) {
      for (const id of fanOut(
        rng,
        Array.from({ length: 12 }, (_, at) => at),
      ))
        times[id] = (times[id] ?? 0) + 1;
    }
    // The expectation is 1000, the standard deviation 26.
    expect(Math.min(...times)).toBeGreaterThan(840);
    expect(Math.max(...times)).toBeLessThan(1160);
  });
});

describe('quorum', () => {
  test.prop([fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 50 })])(
    'is a majority of the replicas: two of them meet',
    (basis, replication) => {
      const replicas = Math.min(basis, replication);
      const quorum = quorumSize(basis, replication);
      expect(2 * quorum).toBeGreaterThan(replicas);
      expect(quorum).toBeLessThanOrEqual(replicas);
    },
  );

  test.prop([fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 50 })])(
    'of a read meets every quorum of a write, and is had where all answer',
    (basis, replication) => {
      const read = readQuorumSize(basis, replication);
      expect(read + quorumSize(basis, replication)).toBeGreaterThan(basis);
      expect(read).toBeGreaterThanOrEqual(quorumSize(basis, replication));
      expect(read).toBeLessThanOrEqual(basis);
    },
  );
});
