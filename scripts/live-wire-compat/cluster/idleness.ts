import { type Check, Deviations, type Group, passed, skipped, type Verdict } from '../check.js';
import type { Arena } from './arena.js';
import { type IdleNode, sampleIdle } from './idle-sample.js';
import type { NodeProcess } from './node-process.js';

const MAX_IDLE_CPU_PERCENT = 5;
/** One probe and its answer a second, and as much again. */
const MAX_IDLE_MESSAGES_PER_SECOND = 4;

function judgeCpu(nodes: readonly IdleNode[], isStrict: (busy: NodeProcess) => boolean): Verdict {
  const found = new Deviations();
  const measured: Record<string, number> = {};
  let strict = false;
  for (const { node, cpuPercent, counters } of nodes) {
    if (cpuPercent === undefined) return skipped('no /proc on this system');
    measured[`${node.name} cpuPercent`] = Number(cpuPercent.toFixed(2));
    for (const [name, rise] of Object.entries(counters)) measured[`${node.name} ${name}`] = rise;
    if (cpuPercent <= MAX_IDLE_CPU_PERCENT) continue;
    strict ||= isStrict(node);
    found.unless(false, `${node.name}: ${cpuPercent.toFixed(1)} % CPU`);
  }
  const seen = nodes.map(({ node, cpuPercent }) => `${node.name}: ${cpuPercent?.toFixed(2)} %`);
  return found.verdict(strict, seen.join('; '), measured);
}

const cluster: Check<Arena> = {
  id: 'idle.cluster-cpu',
  title: `A cluster without clients uses at most ${MAX_IDLE_CPU_PERCENT} % of a core a node`,
  reference: 'Messages: SYNC, trap',
  level: 'required',
  run: async (arena) => judgeCpu((await arena.found(sampleIdle)).cluster, () => true),
};

const pair: Check<Arena> = {
  id: 'idle.pair-cpu',
  title: `So do pairs, each node knowing fewer peers than replication - 1 (storm check)`,
  reference: 'Messages: SYNC, trap',
  level: 'required',
  async run(arena) {
    const { pairs } = await arena.found(sampleIdle);
    // Two old nodes storm, which is known; one of ours never takes part, so with it there is no storm.
    const strictPairs = pairs.filter((pair) => pair.some(({ node }) => arena.isStrictFor(node.kind)));
    const held = new Set(strictPairs.flat().map(({ node }) => node));
    return judgeCpu(pairs.flat(), (node) => held.has(node));
  },
};

const messages: Check<Arena> = {
  id: 'idle.messages',
  title: `A member of another enclave gets at most ${MAX_IDLE_MESSAGES_PER_SECOND} messages a second from each node`,
  reference: 'Messages: PING, SYNC',
  level: 'required',
  async run(arena) {
    const { witnessed, seconds } = await arena.found(sampleIdle);
    const found = new Deviations();
    const measured: Record<string, number> = { seconds };
    for (const { from, perSecond, types } of witnessed) {
      measured[`${from} messagesPerSecond`] = Number(perSecond.toFixed(3));
      found.unless(perSecond <= MAX_IDLE_MESSAGES_PER_SECOND, `${from}: ${perSecond.toFixed(1)}/s (${types})`);
    }
    const seen = witnessed.map(({ from, perSecond }) => `${from}: ${perSecond.toFixed(2)}/s`);
    const strict = arena.options.strict || arena.options.kinds.every((kind) => kind.own);
    return found.verdict(strict, seen.join('; '), measured);
  },
};

const alive: Check<Arena> = {
  id: 'idle.complete',
  title: 'After the idle time every node still lists every other',
  reference: 'Messages: PING',
  level: 'required',
  async run(arena) {
    await arena.found(sampleIdle);
    const main = await arena.main();
    await main.untilComplete(1000);
    return passed();
  },
};

export const idlenessGroup: Group<Arena> = { title: 'Idleness', checks: [cluster, pair, messages, alive] };
