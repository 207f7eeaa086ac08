import { Cluster, reached, running } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { CHECKS } from './checks.js';
import { forbid } from './forbid.js';
import { Impostor } from './impostor.js';

const SETTLED_MS = 10_000;
const REFUTED_MS = 4000;
const PATH_DOWN_MS = 60_000;

/** Members say of a healthy one that it is silent, and that it is dead. */
const accused: Scenario = {
  name: 'accused',
  summary: 'a healthy member is said to be silent, and to be dead: it refutes within 4 s, and nobody evicts it',
  play: async (world, oracle) => {
    const { nodes } = await running(new Cluster(world), 5);
    await world.run(SETTLED_MS);
    const [listener, accuser, victim] = nodes;
    if (listener === undefined || accuser === undefined || victim === undefined) return;
    forbid(world, nodes, CHECKS.refuted, ['evicted', 'left']);
    const impostor = new Impostor(world);
    for (const kind of ['suspect', 'dead'] as const) {
      const { incarnation } = victim.self;
      const claim = { kind, id: victim.id, incarnation, by: accuser.id, silentMs: 20_000 };
      impostor.spread(listener, [claim], accuser.id);
      const knownTo = nodes.filter((node) => node !== victim).map(({ core }) => core.gossip.members);
      const isRefuted = (): boolean =>
        knownTo.every((members) => (members.get(victim.id)?.extension?.incarnation ?? 0) > incarnation);
      await reached(world, CHECKS.refuted, isRefuted, REFUTED_MS);
      await world.run(SETTLED_MS);
    }
    await oracle.atRest();
  },
};

/** Two nodes do not reach each other for a minute, and everybody else reaches both. */
const pathDown: Scenario = {
  name: 'path-down',
  summary:
    'the path between two of five nodes is silent for a minute: others vouch for them, and nobody suspects anybody',
  play: async (world, oracle) => {
    const { nodes } = await running(new Cluster(world), 5);
    await world.run(SETTLED_MS);
    const [one, other] = nodes;
    if (one === undefined || other === undefined) return;
    forbid(world, nodes, CHECKS.vouched, ['suspected', 'evicted']);
    world.network.setLink(one.machine, other.machine, { path: 'silent' });
    world.network.setLink(other.machine, one.machine, { path: 'silent' });
    await world.run(PATH_DOWN_MS);
    world.network.heal();
    await oracle.atRest();
  },
};

const CROWD = 30;
const FOUND_OUT_MS = 10_000;

/** Each that finds it silent shortens its time; the word of one alone would give it 27 s. */
const silenceInACrowd: Scenario = {
  name: 'silence-in-a-crowd',
  summary: `one of ${CROWD} nodes goes silent: nobody lists it after ${FOUND_OUT_MS / 1000} s`,
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world), CROWD);
    await world.run(SETTLED_MS);
    const [, , , , silent] = cluster.nodes;
    if (silent === undefined) return;
    world.cutPower(silent);
    const isFoundOut = (): boolean => cluster.nodes.every(({ peers }) => !peers.includes(silent.id));
    await reached(world, CHECKS.foundOut, isFoundOut, FOUND_OUT_MS);
    await oracle.atRest();
  },
};

export const ACCUSATIONS: readonly Scenario[] = [accused, pathDown, silenceInACrowd];
