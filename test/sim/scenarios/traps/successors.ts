import { Cluster } from '../cluster.js';
import type { Scenario } from '../scenario.js';

/** A process comes up at the address of another under a name of its own. */
const newName: Scenario = {
  name: 'new-name',
  summary: 'a node is replaced at its address by one of another id: the others let go of the former within 15 s',
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(4);
    await cluster.startAll();
    await cluster.allKnowAllWithin(10_000);
    const [seat] = cluster.seats.slice(-1);
    if (seat?.node === undefined) return;
    world.kill(seat.node);
    seat.id = 'successor';
    cluster.start(seat);
    await cluster.allKnowAllWithin(15_000);
    await oracle.atRest();
  },
};

/** A process comes back in another enclave, and is sent a write before anybody knows. */
const changeOfEnclave: Scenario = {
  name: 'change-of-enclave',
  summary: 'a node comes back in another enclave: it does not take the writes that are still sent to it',
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(3);
    await cluster.startAll();
    await cluster.allKnowAllWithin(10_000);
    const [writer, , moved] = cluster.nodes;
    if (writer === undefined || moved === undefined) return;
    const { id, address, config } = moved;
    world.kill(moved);
    world.startNode({ id, address, enclave: 'other', config: { ...config, enclave: 'other' } });
    for (let i = 1; i <= 5; i++) world.clients.put(writer, `default/kept-${i}`, 60);
    await world.run(5000);
    await oracle.atRest();
  },
};

export const SUCCESSORS: readonly Scenario[] = [newName, changeOfEnclave];
