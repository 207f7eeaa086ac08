import { formatNumber } from './format.js';
import type { Results } from './results.js';
import { sum, worst } from './statistics.js';
import type { Table } from './tables.js';

interface Case {
  readonly title: string;
  readonly name: string;
  readonly size: number;
}

const CASES: readonly Case[] = [
  { title: '50 % loss, 60 s', name: 'half-lost', size: 10 },
  { title: '30 % loss, 10 min', name: 'third-lost', size: 50 },
  { title: 'stalled, 2 min', name: 'stalled', size: 10 },
  { title: 'stalled, without local health', name: 'stalled-trusting', size: 10 },
  { title: 'stalled, 2 min', name: 'stalled', size: 100 },
  { title: 'stalled, without local health', name: 'stalled-trusting', size: 100 },
];

const KINDS = ['healthyAtHealthy', 'healthyAtFaulty', 'faultyAtHealthy', 'faultyAtFaulty'] as const;

/** Cases that each have a size of their own. */
export const EVICTION_CASES: Table = {
  title: 'False evictions',
  text: `Evictions of nodes that live, each node that evicts counted, over all seeds. *Loss* is of single messages, requests and
answers alike: at 50 % three probes in four fail. *Stalled*: the event loops of one node in 25, one at least, stand still for
2–8 s time and again, with as much between. *Of healthy* is what the Lifeguard paper (A. Dadgar, J. Phillips, J. Currey: Lifeguard,
DSN-W 2018) counts: at all nodes its FP, at healthy nodes its FP−. *Without local health*, three
failed rounds of probes in a row evict, silent or refused, without a suspicion that leaves time to refute; no timeout and no silence
is stretched.`,
  head: [
    'trouble',
    'nodes',
    'seeds',
    'evictions',
    'most in a run',
    'of healthy at healthy',
    'of healthy at stalled',
    'of stalled at healthy',
    'of stalled at stalled',
  ],
  rows: (results) => CASES.filter(({ name, size }) => results.seeds(name, size) > 0).map((one) => rowOf(results, one)),
};

function rowOf(results: Results, { title, name, size }: Case): readonly string[] {
  const all = results.values(name, 'all', size);
  return [
    title,
    formatNumber(size),
    formatNumber(results.seeds(name, size)),
    formatNumber(sum(all)),
    formatNumber(worst(all)),
    ...KINDS.map((kind) => formatNumber(sum(results.values(name, kind, size)))),
  ];
}
