import { type Check, type Group, passed } from '../check.js';
import { expect, expectEqual } from '../expect.js';
import { quiet } from '../wait.js';
import type { Arena } from './arena.js';
import type { Cluster } from './cluster.js';

/** Not ASCII: the secret is used as UTF-8 bytes. */
const SECRET = 'wire-compat sécret ☃';
const QUIET_MS = 2000;

async function formWithSecret(arena: Arena, prefix: string): Promise<Cluster> {
  const cluster = arena.newCluster({ prefix: `wc-${arena.run}-${prefix}`, secret: SECRET });
  const size = Math.max(2, arena.options.kinds.length);
  for (let index = 0; index < size; index += 1) await cluster.add(arena.kindAt(index));
  await cluster.untilComplete(arena.options.topologyTimeoutMs);
  return cluster;
}

const shared: Check<Arena> = {
  id: 'cluster.secret-shared',
  title: 'Nodes with one secret, not ASCII, form a cluster and replicate',
  reference: 'Transport: X-Repram-Signature',
  level: 'required',
  async run(arena) {
    const cluster = await formWithSecret(arena, 'secret');
    try {
      for (const node of cluster.nodes) {
        const key = arena.key(`secret-${node.id}`);
        expectEqual((await node.client.put(key, 'signed')).status, 201, `PUT on ${node.name}`);
        await arena.untilReadable(cluster.nodes, key, 'signed');
      }
      return passed(`${cluster.nodes.length} nodes`);
    } finally {
      await cluster.stop();
    }
  },
};

const intruders: Check<Arena> = {
  id: 'cluster.secret-wrong',
  title: 'A node with another secret, or none, is kept out: not listed, and its writes stay its own',
  reference: 'Transport: X-Repram-Signature',
  level: 'required',
  async run(arena) {
    const cluster = await formWithSecret(arena, 'guarded');
    const outside = arena.newCluster({ prefix: `wc-${arena.run}-intruder` });
    const peers = cluster.nodes.map((node) => node.endpoint);
    try {
      await outside.add(arena.kindAt(0), { peers, secret: `${SECRET}!` });
      await outside.add(arena.kindAt(1), { peers });
      for (const intruder of outside.nodes) await intruder.client.put(arena.key(`by-${intruder.id}`), 'intruder');
      await quiet(QUIET_MS);
      for (const node of cluster.nodes) {
        const listed = await node.client.peers();
        for (const intruder of outside.nodes) {
          expect(!listed.has(intruder.id), `${node.name} lists ${intruder.name}`);
          const read = await node.client.get(arena.key(`by-${intruder.id}`));
          expectEqual(read.status, 404, `the write of ${intruder.name} on ${node.name}`);
        }
      }
      return passed();
    } finally {
      await Promise.all([cluster.stop(), outside.stop()]);
    }
  },
};

export const secretsGroup: Group<Arena> = { title: 'Shared secret', checks: [shared, intruders] };
