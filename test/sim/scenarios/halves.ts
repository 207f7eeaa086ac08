import type { Oracle } from '../oracle/oracle.js';
import type { WriteOperation } from '../world/operation.js';
import type { World } from '../world/world.js';
import { Cluster, reached, running, type Seat } from './cluster.js';
import { ANSWERED_MS } from './probe-writes.js';
import type { Scenario } from './scenario.js';

const APART_MS = 300_000;

/** A lost member is tried every 10 s, with jitter. */
const ONE_CLUSTER_MS = 15_000;

/** Halves that met again compare what they hold at once. */
const EQUAL_MS = 10_000;

const TTL_SECONDS = 3600;

/** Writes of each half to keys of its own, and to keys of both. */
const OWN_KEYS = 50;
const SHARED_KEYS = 50;
const PAUSE_MS = 20;

/**
 * Both halves have a quorum, for three copies, and know nothing of each other. Keys of both are written in one half and a
 * second later in the other, by turns: the later write of each has to be kept.
 */
function twoHalves(path: 'silent' | 'refused'): Scenario {
  return {
    name: `two-halves-${path}`,
    summary: `6 nodes cut in halves for 5 minutes (${path}), both written to: one cluster within 15 s, equal 10 s later, newer writes kept`,
    play: async (world, oracle) => {
      const cluster = await running(new Cluster(world), 6);
      const [left, right] = [cluster.seats.slice(0, 3), cluster.seats.slice(3)];
      const machines = [left, right].map((half) => half.map((seat) => cluster.machine(seat)));
      world.network.partition(machines, path);
      await reached(world, 'the halves have given each other up', () => areApart(cluster), APART_MS);
      const newest = await writeToBoth(world, left, right);
      await world.run(Math.max(0, APART_MS - world.elapsedMs));
      world.network.heal();
      await cluster.allKnowAllWithin(ONE_CLUSTER_MS);
      await equalWithin(world, oracle, EQUAL_MS);
      for (const write of newest) expectKept(cluster, write);
      await oracle.atRest({ replicas: 'complete' });
    },
  };
}

export const HALVES: readonly Scenario[] = [twoHalves('silent'), twoHalves('refused')];

/** A violation where the replicas of each enclave do not hold the same within the time. */
export function equalWithin(world: World, oracle: Oracle, withinMs: number): Promise<number> {
  const areEqual = (): boolean => oracle.difference === undefined;
  return reached(world, 'all replicas are equal', areEqual, withinMs, () => oracle.difference);
}

function areApart(cluster: Cluster): boolean {
  return cluster.nodes.every(({ peers }) => peers.length === 2);
}

/** The newest write of each key. */
async function writeToBoth(
  world: World,
  left: readonly Seat[],
  right: readonly Seat[],
): Promise<readonly WriteOperation[]> {
  const newest: WriteOperation[] = [];
  for (let i = 0; i < OWN_KEYS; i++) {
    newest.push(...[left, right].map((half, side) => put(world, half, i, `default/own-${side}-${i}`)));
    await world.run(PAUSE_MS);
  }
  const sides = (i: number) => (i % 2 === 0 ? ([left, right] as const) : ([right, left] as const));
  for (let i = 0; i < SHARED_KEYS; i++) put(world, sides(i)[0], i, `default/shared-${i}`);
  await world.run(1000);
  for (let i = 0; i < SHARED_KEYS; i++) newest.push(put(world, sides(i)[1], i, `default/shared-${i}`));
  await world.run(ANSWERED_MS);
  for (const { id, status } of newest) {
    if (status !== 201)
      world.violated('each half has its quorum', `write ${id} was answered ${status ?? 'not at all'}`);
  }
  return newest;
}

function put(world: World, half: readonly Seat[], i: number, key: string): WriteOperation {
  const node = half[i % half.length]?.node;
  if (node === undefined) throw new Error('the half has no node');
  return world.clients.put(node, key, TTL_SECONDS);
}

function expectKept({ world, nodes }: Cluster, { id, key, value }: WriteOperation): void {
  for (const node of nodes) {
    const read = world.clients.get(node, key);
    if (read?.value === value) continue;
    world.violated(
      'the newer write of a key is kept',
      `${node.id} reads ${read?.value ?? 'nothing'}, and not write ${id}`,
    );
  }
}
