import { formatHostPort } from '../../../../src/gossip/address.js';
import type { SimNode } from '../../world/node.js';
import type { WriteOperation } from '../../world/operation.js';
import type { World } from '../../world/world.js';
import { Cluster } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { MAX_QUEUED, MAX_QUEUED_BYTES } from './bounds.js';
import { CHECKS } from './checks.js';

/** As many as one that is well takes meanwhile, so that only the queue to the deaf one grows. */
const PACE_MS = 10;
/** Within the time of a probe's three strikes: the deaf one is a member, and is sent every write. */
const BURST_MS = 2000;
/** As long as what waits has not been given up, so that the oracle looks at the queue while it is full. */
const FULL_MS = 1500;
const RECOVERED_MS = 20_000;

interface Load {
  readonly name: string;
  readonly of: string;
  readonly writes: number;
  readonly bytes: number;
  /** Most that waits for one peer, by what the queue is measured in, and the most that one write takes of it. */
  readonly bound: number;
  readonly share: number;
  readonly measure: 'queuedRequests' | 'queuedBytes';
}

/** The event loop of a peer stands still: its kernel takes connections, and nobody reads. */
function fullQueue(load: Load): Scenario {
  return {
    name: load.name,
    summary: `a peer takes nothing while ${load.writes} writes of ${load.of} are sent to it: its queue overflows, and harms nobody else`,
    play: async (world, oracle) => {
      const cluster = new Cluster(world, { config: { replication: 3 } });
      cluster.add(3);
      await cluster.startAll();
      await cluster.allKnowAllWithin(10_000);
      await world.run(3000);
      const [writer, sound, deaf] = cluster.nodes;
      if (writer === undefined || sound === undefined || deaf === undefined) return;
      forbidEvictionOfThe(world, [writer, sound]);
      world.stall(deaf, BURST_MS + FULL_MS);
      const writes = await burst(world, writer, load);
      checkQueue(world, writer, deaf, load);
      await world.run(FULL_MS);
      for (const { status, id } of writes) {
        if (status !== 201) world.violated(CHECKS.harmless, `write ${id} at ${writer.id} is answered ${status}`);
      }
      await world.run(RECOVERED_MS);
      const after = world.clients.put(writer, 'default/after', 60);
      await world.run(1000);
      if (after.status !== 201 || deaf.get(after.key) === undefined) {
        world.violated(CHECKS.harmless, `${deaf.id} lacks what is written once it is well again`);
      }
      await oracle.atRest();
    },
  };
}

function forbidEvictionOfThe(world: World, wells: readonly SimNode[]): void {
  world.observe({
    memberChanged: (node, { kind, member }) => {
      if (kind !== 'evicted' || !wells.includes(node) || !wells.some(({ id }) => id === member.id)) return;
      world.violated(CHECKS.harmless, `${node.id} evicts ${member.id}`);
    },
  });
}

async function burst(world: World, writer: SimNode, { writes, bytes }: Load): Promise<readonly WriteOperation[]> {
  const operations: WriteOperation[] = [];
  const perTick = Math.ceil((writes * PACE_MS) / BURST_MS);
  for (let elapsedMs = 0; elapsedMs < BURST_MS; elapsedMs += PACE_MS) {
    for (let i = 0; i < perTick && operations.length < writes; i++) {
      operations.push(world.clients.put(writer, `default/w${operations.length}`, 60, bytes));
    }
    await world.run(PACE_MS);
  }
  return operations;
}

function checkQueue(world: World, writer: SimNode, deaf: SimNode, { bound, share, measure }: Load): void {
  const waiting = writer.connections.get(formatHostPort(deaf.address))?.[measure] ?? 0;
  const overflows = writer.metrics.value('repram_peer_queue_overflows_total');
  world.note('reached', `${waiting} ${measure} for ${deaf.id}, ${overflows} overflows`, writer.id);
  if (waiting > bound) world.violated(CHECKS.queue, `${waiting} ${measure}, where ${bound} are allowed`);
  if (waiting <= bound - share || overflows === 0) {
    world.violated(CHECKS.pressed, `${waiting} ${measure} of ${bound}, ${overflows} overflows`);
  }
}

const KIB = 1024;

export const FULL_QUEUES: readonly Scenario[] = [
  fullQueue({
    name: 'full-queue',
    of: 'a few bytes',
    writes: 5000,
    bytes: 0,
    bound: MAX_QUEUED,
    share: 1,
    measure: 'queuedRequests',
  }),
  fullQueue({
    name: 'full-queue-of-large-values',
    of: '2 MiB',
    writes: 32,
    bytes: 2 * KIB * KIB,
    bound: MAX_QUEUED_BYTES,
    share: 4 * KIB * KIB,
    measure: 'queuedBytes',
  }),
];
