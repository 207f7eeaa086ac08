import { EVICTION_CASES } from './eviction-table.js';
import { formatBytes, formatMs, formatNumber, formatShare } from './format.js';
import { headBytes } from './http-heads.js';
import { MEMBERLIST_IDLE_BYTES, memberlistEvictionMs, SERF_MEASURED_MS, SWIM_FIRST_DETECTION_MS } from './published.js';
import type { Results } from './results.js';
import { mean, median, p99, worst } from './statistics.js';
import { TARGETS_MET } from './targets.js';

export interface Table {
  readonly title: string;
  /** Said below the title. */
  readonly text: string;
  readonly head: readonly string[];
  readonly rows: (results: Results) => readonly (readonly string[])[];
}

/** One cell for each number of nodes. */
interface Column {
  readonly title: string;
  readonly cell: (results: Results, size: number) => string;
}

const NOT_MEASURED = '–';

type Values = readonly number[];

function bySize(title: string, text: string, columns: readonly Column[]): Table {
  const all = [SIZE, ...columns];
  return {
    title,
    text,
    head: all.map((one) => one.title),
    rows: (results) => results.sizes.map((size) => all.map(({ cell }) => cell(results, size))),
  };
}

function column(title: string, name: string, figure: string, cell: (values: Values) => string): Column {
  return {
    title,
    cell: (results, size) => {
      const values = results.values(name, figure, size);
      return values.length === 0 ? NOT_MEASURED : cell(values);
    },
  };
}

/** What does not depend on what was measured. */
function published(title: string, cell: (size: number) => string): Column {
  return { title, cell: (_, size) => cell(size) };
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
const P99 = (values: Values): string => formatMs(p99(values));

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
  TARGETS_MET,
  bySize(
    'Time to evict',
    `From the end of a node until the first and until the last survivor has evicted it. *Killed*: its process ends, its
machine refuses connections. *Silent*: its machine loses power, nothing answers. *Stopped*: its process stands still, which
takes connections and answers nothing. From 300 nodes on, one node in a hundred ends within the same second; from 100 on,
topology sync, which has no part in detection, is switched off to save time.`,
    ['killed', 'silent', 'stopped'].flatMap((name) => [
      column(`${name}: first`, name, 'firstMs', TIME),
      column(`${name}: last`, name, 'lastMs', TIME),
      column(`${name}: last, p99`, name, 'lastMs', P99),
    ]),
  ),
  bySize(
    'Time to evict, beside what others publish',
    `*SWIM*: expected time until a failed member is first found not to answer, e/(e−1) periods of 1 s; it spreads in O(log n)
periods, and a suspicion before the eviction comes on top (A. Das, I. Gupta, A. Motivala: SWIM, DSN 2002). *memberlist*: that
time and the suspicion of its LAN configuration, 4 · max(1, log₁₀ n) s with enough confirmations and six times that without any
(hashicorp/memberlist, \`DefaultLANConfig\` and \`suspicionTimeout\`); how long the news spreads comes on top. *serf, measured*:
killed, with that configuration, on a machine with 2 cores. Ours are medians and count until the eviction itself.`,
    [
      column('killed: first', 'killed', 'firstMs', (values) => formatMs(median(values))),
      column('killed: last', 'killed', 'lastMs', (values) => formatMs(median(values))),
      column('silent: first', 'silent', 'firstMs', (values) => formatMs(median(values))),
      column('silent: last', 'silent', 'lastMs', (values) => formatMs(median(values))),
      published('SWIM: first detection', () => formatMs(SWIM_FIRST_DETECTION_MS)),
      published('memberlist: first eviction, confirmed', (size) => formatMs(memberlistEvictionMs(size).least)),
      published('… unconfirmed', (size) => formatMs(memberlistEvictionMs(size).most)),
      published('serf, measured', (size) => {
        const range = SERF_MEASURED_MS[size];
        return range === undefined ? NOT_MEASURED : `${formatMs(range[0])} to ${formatMs(range[1])}`;
      }),
    ],
  ),
  EVICTION_CASES,
  bySize(
    'Time to converge',
    `*Start*: all nodes start in one moment with the first as their seed; until everybody lists everybody. *Join*: one more
node starts with one seed; until it lists all, and until all list it. *Set off*: messages in the minute after the join, beyond
those of an idle minute.`,
    [
      column('start', 'start', 'allMs', TIME),
      column('messages per node until then', 'start', 'messagesPerNode', COUNT),
      column('join: it lists all', 'join', 'knowsAllMs', TIME),
      column('join: all list it', 'join', 'knownToAllMs', TIME),
      column('join: messages set off', 'join', 'messages', COUNT),
    ],
  ),
  bySize(
    'Idle traffic',
    `Per node and second. What one node sends another receives, so over all nodes it is the same each way; single nodes differ,
and the worst of them is in brackets under *in* and *out*. A request and its answer are two messages. *With HTTP heads*, as *in*
and *out* are, is an estimate: 134 bytes for each request and 330 for each answer, counted from what a node sends. For
memberlist ${formatBytes(MEMBERLIST_IDLE_BYTES)} at 1000 nodes are published (L. Suresh et al.: Rapid, USENIX ATC 2018), over UDP.`,
    [
      column('messages', 'idle', 'messages', COUNT),
      column('bytes of bodies', 'idle', 'bytes', BYTES),
      WITH_HEADS,
      column('in', 'idle', 'in', BYTES),
      column('out', 'idle', 'out', BYTES),
    ],
  ),
  bySize(
    'A write',
    `256 bytes, without loss, all nodes in one enclave. Up to ten peers the origin sends a write to all; above, ⌈√n⌉ nodes are
sent it by each that gets it. Looked at a second later, before anything repairs what that misses.`,
    [
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
  ),
];
