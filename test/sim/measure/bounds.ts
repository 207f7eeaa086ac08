import { formatBytes, formatMs, formatNumber, formatShare } from './format.js';
import type { Results } from './results.js';
import { mean, worst } from './statistics.js';

/**
 * What a figure must keep to at every size it is measured at: wide enough that only a change of the protocol breaks it.
 */
interface Bound {
  readonly title: string;
  readonly name: string;
  readonly figure: string;
  readonly of: (values: readonly number[]) => number;
  readonly atMost: (size: number) => number;
  readonly format: (value: number) => string;
}

/** Whatever the size and whichever the node, a second. */
const MOST_IDLE_BYTES = 10_000;

/** Until nobody lists a node that is gone, at any size: whoever finds it out tells the others. */
const KILLED_MS = 4000;
const SILENT_MS = 10_000;

/** Bodies, a second and node: 600 for a probe, some 30 for digests of members and replicas, at any size. */
const IDLE_BODY_BYTES = 1000;

const BOUNDS: readonly Bound[] = [
  {
    title: 'killed: last',
    name: 'killed',
    figure: 'lastMs',
    of: worst,
    atMost: () => KILLED_MS,
    format: formatMs,
  },
  { title: 'silent: last', name: 'silent', figure: 'lastMs', of: worst, atMost: () => SILENT_MS, format: formatMs },
  { title: 'start', name: 'start', figure: 'allMs', of: worst, atMost: () => 2000, format: formatMs },
  { title: 'join: all list it', name: 'join', figure: 'knownToAllMs', of: worst, atMost: () => 2000, format: formatMs },
  {
    title: 'join: messages set off',
    name: 'join',
    figure: 'messages',
    of: worst,
    atMost: (size) => 400 + 10 * size,
    format: formatNumber,
  },
  {
    title: 'idle messages',
    name: 'idle',
    figure: 'messages',
    of: worst,
    atMost: () => 3,
    format: formatNumber,
  },
  { title: 'idle bytes', name: 'idle', figure: 'bytes', of: worst, atMost: () => IDLE_BODY_BYTES, format: formatBytes },
  {
    title: 'idle bytes into a node, with HTTP heads',
    name: 'idle',
    figure: 'in',
    of: worst,
    atMost: () => MOST_IDLE_BYTES,
    format: formatBytes,
  },
  {
    title: 'idle bytes out of a node, with HTTP heads',
    name: 'idle',
    figure: 'out',
    of: worst,
    atMost: () => MOST_IDLE_BYTES,
    format: formatBytes,
  },
  {
    title: 'replicas not reached',
    name: 'write',
    figure: 'reached',
    of: (values) => 1 - mean(values),
    atMost: () => 0.02,
    format: formatShare,
  },
  {
    title: 'healthy evicted beside stalled nodes',
    name: 'stalled',
    figure: 'healthyAtHealthy',
    of: worst,
    atMost: () => 0,
    format: formatNumber,
  },
];

/** The bounds that are broken, each in a line; none where all hold. */
export function brokenBounds(results: Results): readonly string[] {
  return BOUNDS.flatMap(({ title, name, figure, of, atMost, format }) =>
    results.sizes.flatMap((size) => {
      const values = results.values(name, figure, size);
      if (values.length === 0 || of(values) <= atMost(size)) return [];
      return [`${title}, ${size} nodes: ${format(of(values))}, allowed are ${format(atMost(size))}`];
    }),
  );
}
