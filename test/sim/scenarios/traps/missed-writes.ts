import { startLegacy } from '../../world/legacy-host.js';
import { Cluster, reached, running } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { CHECKS } from './checks.js';

const ROUNDS = 4;

/** Longer than a message is sent again. Who is busy is not suspected. */
const BUSY_MS = 7000;

const KNOWN_MS = 10_000;

/** The sender looks once a second whom it owes what, and waits a little longer after each failure. */
const BROUGHT_MS = 10_000;

/** An old node compares nothing: what it missed only whoever wrote it can bring. */
export const missedWrites: Scenario = {
  name: 'missed-writes',
  summary: `an old node turns a write away, ${ROUNDS} times over: it is brought within 10 s of the end of that`,
  play: async (world, oracle) => {
    const { nodes, seats } = await running(new Cluster(world), 2);
    const [writer] = nodes;
    const [seed] = seats;
    if (writer === undefined || seed === undefined) return;
    const old = startLegacy(world, { id: 'old1', enclave: 'default', seeds: [seed.address], flavour: 'go' });
    const isKnown = (): boolean => nodes.every(({ peers }) => peers.includes(old.id));
    await reached(world, 'all know the old node', isKnown, KNOWN_MS);
    for (let round = 0; round < ROUNDS; round++) {
      const key = `default/missed-${round}`;
      world.network.setMachine(old.machine, { busy: 1 });
      world.clients.put(writer, key, 600);
      await world.run(BUSY_MS);
      world.network.heal();
      await reached(world, CHECKS.missed, () => old.get(key) !== undefined, BROUGHT_MS);
    }
    await oracle.atRest();
  },
};
