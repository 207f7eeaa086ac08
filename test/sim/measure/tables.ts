import { formatBytes, formatMs, formatNumber, formatShare } from './format.js';
import { headBytes } from './http-heads.js';
import type { Results } from './results.js';
import { mean, median, worst } from './statistics.js';

interface Column {
  readonly title: string;
  readonly cell: (results: Results, size: number) => string;
}

export interface Table {
  readonly title: string;
  /** Said below the title. */
  readonly text: string;
  readonly columns: readonly Column[];
}

const NOT_MEASURED = '–';

type Values = readonly number[];

function column(title: string, name: string, figure: string, cell: (values: Values) => string): Column {
  return {
    title,
    cell: (results, size) => {
      const values = results.values(name, figure, size);
      return values.length === 0 ? NOT_MEASURED : cell(values);
    },
  };
}

/** The median, and the worst in brackets where it reads differently. */
function typical(format: (value: number) => string): (values: Values) => string {
  return (values) => {
    const [middle, extreme] = [format(median(values)), format(worst(values))];
    return middle === extreme ? middle : `${middle} (${extreme})`;
  };
}

const TIME = typical(formatMs);
const COUNT = typical(formatNumber);
const BYTES = typical(formatBytes);

const WITH_HEADS: Column = {
  title: 'bytes with HTTP heads',
  cell: (results, size) => {
    const bytes = median(results.values('idle', 'bytes', size));
    const requests = median(results.values('idle', 'requests', size));
    return Number.isNaN(bytes) ? NOT_MEASURED : formatBytes(bytes + headBytes(requests));
  },
};

const SIZE: Column = { title: 'nodes', cell: (_, size) => formatNumber(size) };

export const TABLES: readonly Table[] = [
  {
    title: 'Time to evict',
    text: `From the end of a node until the first and until the last survivor has evicted it. *Killed*: its process ends, its
machine refuses connections. *Silent*: its machine loses power, nothing answers. From 300 nodes on, one node in a hundred ends
within the same second; from 100 on, topology sync, which has no part in detection, is switched off to save time. Above 300 it
is not measured: one round of probes takes as many seconds as there are nodes, and each node finds out for itself.`,
    columns: [
      SIZE,
      column('killed: first', 'killed', 'firstMs', TIME),
      column('killed: last', 'killed', 'lastMs', TIME),
      column('silent: first', 'silent', 'firstMs', TIME),
      column('silent: last', 'silent', 'lastMs', TIME),
    ],
  },
  {
    title: 'Time to converge',
    text: `*Start*: all nodes start in one moment with the first as their seed; until everybody lists everybody. *Join*: one more
node starts with one seed; until it lists all, and until all list it. *Set off*: messages in the minute after the join, beyond
those of an idle minute.`,
    columns: [
      SIZE,
      column('start', 'start', 'allMs', TIME),
      column('messages per node until then', 'start', 'messagesPerNode', COUNT),
      column('join: it lists all', 'join', 'knowsAllMs', TIME),
      column('join: all list it', 'join', 'knownToAllMs', TIME),
      column('join: messages set off', 'join', 'messages', COUNT),
    ],
  },
  {
    title: 'Idle traffic',
    text: `Per node and second, each way: what one node sends another receives. A request and its answer are two messages.
*With HTTP heads* is an estimate: 134 bytes for each request and 330 for each answer, counted from what a node sends.`,
    columns: [
      SIZE,
      column('messages', 'idle', 'messages', COUNT),
      column('bytes of bodies', 'idle', 'bytes', BYTES),
      WITH_HEADS,
    ],
  },
  {
    title: 'A write',
    text: `256 bytes, without loss, all nodes in one enclave. Up to ten peers the origin sends a write to all; above, ⌈√n⌉ nodes are
sent it by each that gets it, and nothing repairs what that misses.`,
    columns: [
      SIZE,
      column('on every replica after', 'write', 'allMs', TIME),
      column('messages per write', 'write', 'messages', COUNT),
      column('replicas reached', 'write', 'reached', (values) => formatShare(mean(values))),
      column('fewest reached', 'write', 'reached', (values) => formatShare(Math.min(...values))),
      column(
        'writes that reached all',
        'write',
        'everywhere',
        (values) => `${formatShare(mean(values))} of ${values.length}`,
      ),
    ],
  },
  {
    title: 'False evictions',
    text: `Evictions of nodes that live, over all nodes of the cluster; a pair of nodes may count more than once. *Loss* is of single
messages. *Stalled*: the event loops of one node in 25, one at least, stand still for 2–8 s time and again, in two minutes.`,
    columns: [
      SIZE,
      column('50 % loss, 60 s', 'half-lost', 'ofHealthy', COUNT),
      column('30 % loss, 10 min', 'third-lost', 'ofHealthy', COUNT),
      column('of stalled nodes', 'stalled', 'ofFaulty', COUNT),
      column('of others meanwhile', 'stalled', 'ofHealthy', COUNT),
    ],
  },
];
