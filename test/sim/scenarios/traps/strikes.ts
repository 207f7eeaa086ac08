import type { SimNode } from '../../world/node.js';
import type { World } from '../../world/world.js';
import { Cluster } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { CHECKS } from './checks.js';
import { forbid } from './forbid.js';
import { isTo, watchSent } from './sightings.js';

const SILENCES = 4;

/** A refusal is known by then, and no third probe is made. */
const REFUSED_MS = 100;

/** A probe is answered within this after the end of a silence. */
const RELIEF_MS = 6000;

async function fourNodes(world: World): Promise<readonly SimNode[]> {
  const cluster = new Cluster(world);
  cluster.add(4);
  await cluster.startAll();
  await cluster.allKnowAllWithin(10_000);
  await world.run(5000);
  return cluster.nodes;
}

/** Two probes in a row fail, and the next is answered; again and again. */
const shortSilences: Scenario = {
  name: 'short-silences',
  summary: `two probes of a member are refused, then it answers, ${SILENCES} times over: it is not given up`,
  play: async (world, oracle) => {
    const [prober, silent] = await fourNodes(world);
    if (prober === undefined || silent === undefined) return;
    forbid(world, [prober], CHECKS.threeInARow, ['evicted']);
    let probes = 0;
    watchSent(world, prober, ({ type }, exchange) => {
      if (type === 'PING' && isTo(exchange, silent)) probes++;
    });
    for (let silence = 0; silence < SILENCES; silence++) {
      probes = 0;
      world.network.setLink(prober.machine, silent.machine, { path: 'refused' });
      await world.runUntil(() => probes === 2, 20_000);
      await world.run(REFUSED_MS);
      world.network.heal();
      await world.run(RELIEF_MS);
    }
    await oracle.atRest();
  },
};

/** A member turns everything away with 429 for twenty seconds. */
const busyMember: Scenario = {
  name: 'busy-member',
  summary: 'a member answers 429 to everything for 20 s: nobody suspects it',
  play: async (world, oracle) => {
    const nodes = await fourNodes(world);
    const [busy] = nodes;
    if (busy === undefined) return;
    forbid(world, nodes, CHECKS.busyLives, ['suspected', 'evicted']);
    world.network.setMachine(busy.machine, { busy: 1 });
    await world.run(20_000);
    world.network.heal();
    await oracle.atRest();
  },
};

/** A process ends, and all its connections break at once. */
const suddenDeath: Scenario = {
  name: 'sudden-death',
  summary: 'all connections to a member break at once: that is one strike, and two more take their time',
  play: async (world, oracle) => {
    const [victim] = await fourNodes(world);
    if (victim === undefined) return;
    const periodMs = victim.config.pingIntervalMs;
    const diedMs = world.elapsedMs;
    world.kill(victim);
    // The connections break at once; the other two strikes are half a period apart each.
    world.observe({
      memberChanged: (node, { kind }) => {
        const afterMs = world.elapsedMs - diedMs;
        if (kind !== 'evicted' || afterMs >= periodMs) return;
        world.violated(CHECKS.strikesApart, `${node.id} gives ${victim.id} up after ${afterMs.toFixed(0)} ms`);
      },
    });
    await oracle.atRest();
  },
};

export const STRIKES: readonly Scenario[] = [shortSilences, busyMember, suddenDeath];
