import { type Check, type Group, passed } from '../check.js';
import { expectEqual } from '../expect.js';
import { quiet } from '../wait.js';
import type { Arena } from './arena.js';

const QUIET_MS = 1500;

const apart: Check<Arena> = {
  id: 'cluster.enclave-apart',
  title: 'A node in another enclave shares the topology and none of the data',
  reference: 'Messages: enclave',
  level: 'required',
  async run(arena) {
    const main = await arena.main();
    const { nodes } = main;
    const others = arena.newCluster({ prefix: `wc-${arena.run}-apart` });
    const settings = { enclave: 'apart', peers: nodes.map((node) => node.endpoint) };
    const outsider = await others.add(arena.kindAt(nodes.length), settings);
    try {
      await main.untilComplete(arena.options.topologyTimeoutMs, [...nodes, outsider]);
      for (const node of nodes) {
        expectEqual((await node.client.peers()).get(outsider.id), 'apart', `enclave of the outsider on ${node.name}`);
        expectEqual((await outsider.client.peers()).get(node.id), 'default', `enclave of ${node.name} on the outsider`);
        await node.client.put(arena.key(`inside-${node.id}`), 'inside');
      }
      await outsider.client.put(arena.key('outside'), 'outside');
      await quiet(QUIET_MS);
      for (const node of nodes) {
        const inside = await outsider.client.get(arena.key(`inside-${node.id}`));
        expectEqual(inside.status, 404, `a write on ${node.name} read on the outsider`);
        const outside = await node.client.get(arena.key('outside'));
        expectEqual(outside.status, 404, `a write on the outsider read on ${node.name}`);
      }
      return passed(`outsider: ${outsider.kind.label}`);
    } finally {
      await others.stop();
    }
  },
};

export const enclavesGroup: Group<Arena> = { title: 'Enclaves', checks: [apart] };
