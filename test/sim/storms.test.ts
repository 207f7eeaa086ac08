import { expect, test } from 'vitest';
import { Acquaintance } from './measure/acquaintance.js';
import { PHASES_MS, standingCluster } from './measure/cluster.js';
import type { SimNode } from './world/node.js';
import { World } from './world/world.js';

const WATCHED_MS = 60_000;

interface Standing {
  readonly world: World;
  readonly nodes: readonly SimNode[];
  readonly acquaintance: Acquaintance;
  /** Requests since then, by type. */
  readonly sent: Map<string, number>;
}

async function standing(size: number, config: Parameters<typeof standingCluster>[2] = {}): Promise<Standing> {
  const world = new World(1, { logs: false });
  const nodes = standingCluster(world, size, config);
  await world.run(PHASES_MS + 1000);
  const acquaintance = new Acquaintance();
  const sent = new Map<string, number>();
  world.observe(acquaintance);
  world.observe({ sent: ({ type }) => void sent.set(type, (sent.get(type) ?? 0) + 1) });
  return { world, nodes, acquaintance, sent };
}

function join({ world, nodes }: Standing, joiners: number): void {
  const seeds = nodes.slice(0, 1).map(({ address }) => address);
  for (let i = 0; i < joiners; i++) world.startNode({ seeds });
}

/** What an idle cluster sends: each node one probe a second, and one comparison of replicas in ten. */
const rounds = (nodes: number): number => nodes * (WATCHED_MS + 2000) * (1 / 1000 + 1 / 10_000);

const total = (sent: ReadonlyMap<string, number>): number => [...sent.values()].reduce((a, b) => a + b, 0);

test('one node joins 100: hundreds of messages, not thousands', async () => {
  const cluster = await standing(100);
  join(cluster, 1);
  expect(await cluster.world.runUntil(() => cluster.acquaintance.pairs === 200, 2000)).toBe(true);
  await cluster.world.run(WATCHED_MS);
  // Each is told of it, it probes each and is probed by each; each asks once an interval, few of them soon; and some replicas
  // compare sooner than usual.
  expect(total(cluster.sent) - rounds(101)).toBeLessThan(800);
  expect(cluster.sent.get('SYNC')).toBeLessThan(500);
});

test('50 nodes join 100 at once: each pair meets, and nobody tells everybody everything', async () => {
  const cluster = await standing(100);
  const pairs = 2 * 100 * 50 + 50 * 49;
  join(cluster, 50);
  expect(await cluster.world.runUntil(() => cluster.acquaintance.pairs === pairs, 2000)).toBe(true);
  await cluster.world.run(WATCHED_MS);
  expect(cluster.sent.get('PING')).toBeLessThan(rounds(150) + 1.2 * pairs);
  // Announcements are bounded, since whoever joins probes whom it was told of; the rest is some ten exchanges a node.
  expect(cluster.sent.get('SYNC')).toBeLessThan(1000 + 10 * 150);
  expect(total(cluster.sent)).toBeLessThan(rounds(150) + 1.5 * pairs);
});

test('two halves of 40 meet again: nobody tells everybody everything', async () => {
  const seeds = [0, 1, 20, 21].map((index) => ({ host: `10.1.0.${index}`, port: 8080 }));
  const pairs = 2 * 20 * 20;
  const cluster = await standing(40, { peers: seeds });
  const { world, nodes, acquaintance, sent } = cluster;
  const machines = nodes.map(({ machine }) => machine);
  world.network.partition([machines.slice(0, 20), machines.slice(20)]);
  expect(await world.runUntil(() => acquaintance.pairs === -pairs, 600_000)).toBe(true);
  await world.run(WATCHED_MS);
  world.network.heal();
  sent.clear();
  expect(await world.runUntil(() => acquaintance.pairs === 0, 15_000)).toBe(true);
  await world.run(WATCHED_MS);
  expect(sent.get('SYNC')).toBeLessThan(30 * 40);
  expect(total(sent)).toBeLessThan(2 * rounds(40) + 8 * pairs);
});
