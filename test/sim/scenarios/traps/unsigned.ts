import { Cluster } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { CHECKS } from './checks.js';
import { Impostor } from './impostor.js';

/** Somebody who has no secret posts to a cluster that has one: a node that is not there, and a value that no client wrote. */
export const unsigned: Scenario = {
  name: 'unsigned',
  summary: 'where the cluster has a secret, what nobody signed is neither believed nor stored',
  world: () => ({ secret: 'of the trap' }),
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(3);
    await cluster.startAll();
    await cluster.allKnowAllWithin(10_000);
    const [node, other] = cluster.nodes;
    if (node === undefined || other === undefined) return;
    const impostor = new Impostor(world);
    const rumour = { id: 'rumour', address: '10.77.0.1', port: 9090, httpPort: 8080, enclave: node.enclave };
    impostor.tellOf(node, rumour, other.id);
    impostor.post(node, {
      type: 'PUT',
      from: other.id,
      timestampS: Math.floor(world.trueMs / 1000),
      messageId: 'of-the-impostor',
      key: 'default/unsigned',
      data: Buffer.from('unsigned'),
      ttlSeconds: 60,
    });
    await world.run(100);
    if (node.peers.includes(rumour.id)) world.violated(CHECKS.unsigned, `${node.id} lists ${rumour.id}`);
    await oracle.atRest();
  },
};
