import { formatBytes, formatMs, formatNumber, formatShare } from './format.js';
import type { Results } from './results.js';
import { median, p99, sum, worst } from './statistics.js';
import type { Table } from './tables.js';

/** What the node was built to reach. */
interface Target {
  readonly what: string;
  /** The figure that is held against it; undefined where it was not measured. */
  readonly of: (results: Results) => number | undefined;
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
    what: 'false evictions in 60 s at 50 % loss, 10 nodes, 100 seeds',
    of: at(10, 'half-lost', 'all', sum),
    atMost: 0,
    format: formatNumber,
  },
  {
    what: 'false evictions in 10 min at 30 % loss, 50 nodes, 100 seeds',
    of: at(50, 'third-lost', 'all', sum),
    atMost: 0,
    format: formatNumber,
  },
  {
    what: 'a node killed under that loss is evicted everywhere, the slowest of all seeds',
    of: at(50, 'third-lost', 'killedMs', worst),
    atMost: 30_000,
    format: formatMs,
  },
  {
    what: 'a node that goes silent under that loss is evicted everywhere, the slowest of all seeds',
    of: at(50, 'third-lost', 'silentMs', worst),
    atMost: 30_000,
    format: formatMs,
  },
  {
    what: 'false evictions with 4 of 100 nodes stalled, as a share of those without local health, 100 seeds',
    of: shareOfTrusting,
    atMost: 0.02,
    format: formatShare,
  },
  { what: 'of these, of healthy nodes', of: ofHealthy, atMost: 0, format: formatNumber },
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
  text: 'What the node was built to reach, and what it reaches here. Every table below says more.',
  head: ['target', 'at most', 'measured', 'met'],
  rows: (results) =>
    TARGETS.map(({ what, of, atMost, format }) => {
      const value = of(results);
      const [measured, met] = value === undefined ? ['–', '–'] : [format(value), value <= atMost ? 'yes' : '**no**'];
      return [what, format(atMost), measured, met];
    }),
};
