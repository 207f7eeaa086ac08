import { QUIET_PERIOD_MS } from '../../../../src/gossip/repair/repairer.js';
import type { World } from '../../world/world.js';
import { Cluster } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { CHECKS } from './checks.js';

const NODES = 5;
const SYNC_INTERVAL_MS = 30_000;
const SETTLING_MS = 60_000;
const WATCHED_MS = 120_000;

/** Most messages of a type that a node may send while the cluster forms: many times what it takes. */
const SETTLING_ALLOWANCE = 300;

/** What a node may send of each type while it is watched, a little more than it needs. */
const IDLE_ALLOWANCE: ReadonlyMap<string, number> = new Map([
  ['PING', WATCHED_MS / 1000 + 2],
  // One "this is me" an interval. All know the same: nobody is asked back.
  ['SYNC', WATCHED_MS / SYNC_INTERVAL_MS + 1],
  ['REPLICA', WATCHED_MS / QUIET_PERIOD_MS + 2],
]);

/** Nothing happens: messages are as many as probing and topology sync need, and no seed is asked. */
export const idle: Scenario = {
  name: 'idle',
  summary: `${NODES} nodes that know each other and have nothing to do send what their timers ask for, and no more`,
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(NODES);
    const quota = new Quota(world, NODES, () => SETTLING_ALLOWANCE);
    await cluster.startAll();
    await cluster.allKnowAllWithin(10_000);
    await world.run(SETTLING_MS);
    quota.reset((type) => IDLE_ALLOWANCE.get(type) ?? 0);
    await world.run(WATCHED_MS);
    quota.reset(() => Number.POSITIVE_INFINITY);
    await oracle.atRest();
  },
};

const MANY_NODES = 60;
const AFTERMATH_MS = 20_000;

/**
 * Most SYNCs in the 20 s after the join. One tells each node of the joiner; in an interval, of which this is a part, each asks
 * one other; and some ten hurry, hardly ever more than 24, and ask four others: 216, of whom a few ask back. Did all hurry,
 * there would be 300.
 */
const SYNCS_AFTER_A_JOIN = 240;

/** One node joins a large cluster: that is no reason for everybody to ask around. */
export const oneJoin: Scenario = {
  name: 'one-join',
  summary: `one node joins ${MANY_NODES} that have nothing to do: they know it at once, and it sets off ${SYNCS_AFTER_A_JOIN} SYNCs at most`,
  play: async (world, oracle) => {
    const cluster = new Cluster(world);
    cluster.add(MANY_NODES);
    await cluster.startAll();
    await cluster.allKnowAllWithin(20_000);
    await world.run(SETTLING_MS);
    const [joiner] = cluster.add(1);
    const quota = new Quota(world, 1, (type) => (type === 'SYNC' ? SYNCS_AFTER_A_JOIN : Number.POSITIVE_INFINITY));
    if (joiner !== undefined) cluster.start(joiner);
    await cluster.allKnowAllWithin(2000);
    await world.run(AFTERMATH_MS);
    quota.reset(() => Number.POSITIVE_INFINITY);
    await oracle.atRest();
  },
};

/** Counts what all nodes send by type, and says so at once where it is too much: a storm would not end. */
class Quota {
  readonly #counts = new Map<string, number>();
  #perNode: (type: string) => number;

  constructor(world: World, nodes: number, perNode: (type: string) => number) {
    this.#perNode = perNode;
    world.observe({
      sent: ({ type }) => {
        const count = (this.#counts.get(type) ?? 0) + 1;
        this.#counts.set(type, count);
        const allowed = nodes * this.#perNode(type);
        if (count > allowed) world.violated(CHECKS.quiet, `${count} ${type}, where ${allowed} are allowed`);
      },
    });
  }

  reset(perNode: (type: string) => number): void {
    this.#counts.clear();
    this.#perNode = perNode;
  }
}
