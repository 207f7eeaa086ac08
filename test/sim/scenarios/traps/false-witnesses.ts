import type { SimHost } from '../../world/host.js';
import type { SimNode } from '../../world/node.js';
import type { World } from '../../world/world.js';
import { Cluster } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { CHECKS } from './checks.js';
import { Impostor } from './impostor.js';
import { watchSent } from './sightings.js';

/** Who acknowledges falsely, given a member that really holds the write. */
type Witnesses = (cluster: Cluster, holder: SimHost) => readonly string[];

/** A write needs three copies of five; the writer and one member hold it, and some say that they hold it too. */
function falseWitnesses(kind: string, summary: string, witnesses: Witnesses): Scenario {
  return {
    name: `false-witnesses-${kind}`,
    summary: `a write that one of five acknowledged is no quorum: ${summary}`,
    play: async (world, oracle) => {
      const cluster = new Cluster(world, { config: { replication: 5 } });
      cluster.add(5);
      cluster.add(3, 'other');
      await cluster.startAll();
      await cluster.allKnowAllWithin(15_000);
      const [writer, holder, ...others] = cluster.nodes;
      if (writer === undefined || holder === undefined) return;
      const impostor = new Impostor(world);
      for (let i = 1; i <= 3; i++) impostor.tellOf(writer, rumour(world, i), holder.id);
      await world.run(100);
      cutOff(
        world,
        writer,
        others.filter(({ enclave }) => enclave === writer.enclave),
      );
      const told = new Set<string>();
      watchSent(world, writer, (message) => {
        if (message.type !== 'PUT' || told.has(message.messageId)) return;
        told.add(message.messageId);
        for (const id of witnesses(cluster, holder)) {
          world.after(50, () => impostor.acknowledge(writer, message.messageId, id));
        }
      });
      const write = world.clients.put(writer, 'default/witnessed', 60);
      await world.run(writer.config.writeTimeoutMs + 1000);
      if (write.status !== 202) world.violated(CHECKS.witnesses, `${kind}: ${write.status ?? 'no answer'}`);
      world.network.heal();
      await oracle.atRest();
    },
  };
}

export const FALSE_WITNESSES: readonly Scenario[] = [
  falseWitnesses('repeated', 'it acknowledges four times', (_, holder) => [holder.id, holder.id, holder.id, holder.id]),
  falseWitnesses('foreign', 'nodes of another enclave acknowledge', (cluster) =>
    cluster.nodes.filter(({ enclave }) => enclave === 'other').map(({ id }) => id),
  ),
  falseWitnesses('strangers', 'nodes acknowledge that nobody knows', () => ['stranger-1', 'stranger-2', 'stranger-3']),
  falseWitnesses('rumoured', 'nodes acknowledge that never answered', () => ['rumour-1', 'rumour-2', 'rumour-3']),
];

function rumour(world: World, number: number): Parameters<Impostor['tellOf']>[1] {
  const address = `10.77.0.${number}`;
  world.network.machineAt({ host: address, port: 8080 }).hasPower = false;
  return { id: `rumour-${number}`, address, port: 9090, httpPort: 8080, enclave: 'default' };
}

function cutOff(world: World, node: SimNode, from: readonly SimNode[]): void {
  world.network.partition([[node.machine], from.map(({ machine }) => machine)]);
}
