import type { ReadOutcome } from '../../../../src/gossip/replica/quorum-reader.js';
import { textOf } from '../../world/clients.js';
import type { SimNode } from '../../world/node.js';
import type { World } from '../../world/world.js';
import { Cluster, reached, running } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { CHECKS } from './checks.js';

const ROUNDS = 3;
const WRITTEN_MS = 1000;
const READ_MS = 10_000;

/** A node misses an overwrite, and one that is short-lived. What it is asked on quorum it asks the other for, who did not. */
export const quorumReads: Scenario = {
  name: 'quorum-reads',
  summary: 'a read on quorum sees the overwrite that its node has missed, and that a later one has expired',
  play: async (world, oracle) => {
    const { nodes } = await running(new Cluster(world), 3);
    const [writer, , behind] = nodes;
    if (writer === undefined || behind === undefined) return;
    for (let round = 0; round < ROUNDS; round++) {
      const key = `default/read-${round}`;
      await written(world, writer, key, 600);
      world.network.setLink(writer.machine, behind.machine, { path: 'silent' });
      world.network.setLink(behind.machine, writer.machine, { path: 'silent' });
      expectRead(world, await readOnQuorum(world, behind, key, await written(world, writer, key, 600)));
      await written(world, writer, key, 1);
      await world.run(1500);
      expectRead(world, await readOnQuorum(world, behind, key, undefined));
      const later = world.clients.get(behind, key)?.value;
      if (later !== undefined) world.violated(CHECKS.quorumRead, `${behind.id} serves ${later}, which was superseded`);
      world.network.heal();
      await world.run(WRITTEN_MS);
    }
    await oracle.atRest();
  },
};

interface Sighting {
  readonly reader: SimNode;
  readonly expected: string | undefined;
  readonly found: string | undefined;
}

function expectRead(world: World, { reader, expected, found }: Sighting): void {
  if (found !== expected) world.violated(CHECKS.quorumRead, `${reader.id} reads ${found}, and not ${expected}`);
}

/** The value that was acknowledged. */
async function written(world: World, node: SimNode, key: string, ttlSeconds: number): Promise<string> {
  const write = world.clients.put(node, key, ttlSeconds);
  await reached(world, 'a write that reaches a quorum is acknowledged', () => write.status === 201, WRITTEN_MS);
  return write.value;
}

async function readOnQuorum(
  world: World,
  reader: SimNode,
  key: string,
  expected: string | undefined,
): Promise<Sighting> {
  let outcome: ReadOutcome | undefined;
  reader.process.input(() => {
    void reader.core.gossip.reader.read(key).then((result) => {
      outcome = result;
    });
  });
  await reached(world, 'a read on quorum ends', () => outcome !== undefined, READ_MS);
  if (outcome?.kind === 'found') return { reader, expected, found: textOf(outcome.entry.bytes) };
  return { reader, expected, found: outcome?.kind === 'absent' ? undefined : outcome?.kind };
}
