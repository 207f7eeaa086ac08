import { SEEDS } from './false-evictions.js';
import { formatBytes, formatMs, formatNumber, formatShare } from './format.js';
import type { Results } from './results.js';
import { median, p99, sum, worst } from './statistics.js';
import type { Table } from './tables.js';

/** What the node was built to reach. */
interface Target {
  readonly what: string;
  /** The figure that is held against it; undefined where it was not measured. */
  readonly of: (results: Results) => number | undefined;
  /** The measurement and size of which it wants all seeds: fewer show nothing amiss so far, and no more than that. */
  readonly wants?: { readonly name: string; readonly size: number };
  readonly atMost: number;
  readonly format: (value: number) => string;
}

/** The worst over all numbers of nodes. */
function overSizes(
  name: string,
  figure: string,
  of: (values: readonly number[]) => number,
): (results: Results) => number | undefined {
  return (results) => {
    const all = results.sizes.map((size) => results.values(name, figure, size)).filter(({ length }) => length > 0);
    return all.length === 0 ? undefined : Math.max(...all.map(of));
  };
}

function at(
  size: number,
  name: string,
  figure: string,
  of: (values: readonly number[]) => number,
): (results: Results) => number | undefined {
  return (results) => {
    const values = results.values(name, figure, size);
    return values.length === 0 ? undefined : of(values);
  };
}

/** Evictions of living nodes with local health, as a share of those without; nothing where there are none without. */
function shareOfTrusting(results: Results): number | undefined {
  const without = sum(results.values('stalled-trusting', 'all', 100));
  return without === 0 ? undefined : sum(results.values('stalled', 'all', 100)) / without;
}

function ofHealthy(results: Results): number | undefined {
  if (results.seeds('stalled', 100) === 0) return undefined;
  return sum(['healthyAtHealthy', 'healthyAtFaulty'].flatMap((kind) => results.values('stalled', kind, 100)));
}

const TARGETS: readonly Target[] = [
  {
    what: 'a killed node is evicted everywhere, p99 at every size',
    of: overSizes('killed', 'lastMs', p99),
    atMost: 4000,
    format: formatMs,
  },
  {
    what: 'a silent node is evicted everywhere, p99 at every size',
    of: overSizes('silent', 'lastMs', p99),
    atMost: 10_000,
    format: formatMs,
  },
  {
    what: 'a stopped node is evicted everywhere, p99 at every size',
    of: overSizes('stopped', 'lastMs', p99),
    atMost: 10_000,
    format: formatMs,
  },
  {
    what: 'false evictions in 60 s at 50 % loss, 10 nodes',
    of: at(10, 'half-lost', 'all', sum),
    wants: { name: 'half-lost', size: 10 },
    atMost: 0,
    format: formatNumber,
  },
  {
    what: 'false evictions in 10 min at 30 % loss, 50 nodes',
    of: at(50, 'third-lost', 'all', sum),
    wants: { name: 'third-lost', size: 50 },
    atMost: 0,
    format: formatNumber,
  },
  {
    what: 'a node killed under that loss is evicted everywhere, the slowest of all seeds',
    of: at(50, 'third-lost', 'killedMs', worst),
    wants: { name: 'third-lost', size: 50 },
    atMost: 30_000,
    format: formatMs,
  },
  {
    what: 'a node that goes silent under that loss is evicted everywhere, the slowest of all seeds',
    of: at(50, 'third-lost', 'silentMs', worst),
    wants: { name: 'third-lost', size: 50 },
    atMost: 30_000,
    format: formatMs,
  },
  {
    what: 'false evictions with 4 of 100 nodes stalled, as a share of those without local health',
    of: shareOfTrusting,
    wants: { name: 'stalled', size: 100 },
    atMost: 0.02,
    format: formatShare,
  },
  {
    what: 'of these, of healthy nodes',
    of: ofHealthy,
    wants: { name: 'stalled', size: 100 },
    atMost: 0,
    format: formatNumber,
  },
  {
    what: 'idle bytes a second into a node, HTTP heads included, median node at every size',
    of: overSizes('idle', 'in', median),
    atMost: 2000,
    format: formatBytes,
  },
  {
    what: 'idle bytes a second out of a node, HTTP heads included, median node at every size',
    of: overSizes('idle', 'out', median),
    atMost: 2000,
    format: formatBytes,
  },
];

/** The targets that are missed, each in a line; none where all that were measured are met. */
export function missedTargets(results: Results): readonly string[] {
  return TARGETS.flatMap(({ what, of, atMost, format }) => {
    const value = of(results);
    return value === undefined || value <= atMost ? [] : [`${what}: ${format(value)}, at most ${format(atMost)}`];
  });
}

/** Every target with what was measured. */
export const TARGETS_MET: Table = {
  title: 'Targets',
  text: `What the node was built to reach, and what it reaches here; *so far* where fewer seeds were played than the target wants. Every
table below says more.`,
  head: ['target', 'at most', 'measured', 'seeds', 'met'],
  rows: (results) =>
    TARGETS.map((target) => {
      const { what, of, wants, atMost, format } = target;
      const value = of(results);
      if (value === undefined) return [what, format(atMost), '–', '–', '–'];
      const seeds = wants === undefined ? '' : `${results.seeds(wants.name, wants.size)} of ${SEEDS}`;
      return [what, format(atMost), format(value), seeds, verdictOf(target, value, results)];
    }),
};

function verdictOf({ wants, atMost }: Target, value: number, results: Results): string {
  if (value > atMost) return '**no**';
  return wants === undefined || results.seeds(wants.name, wants.size) >= SEEDS ? 'yes' : 'so far';
}
