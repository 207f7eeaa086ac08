import type { LoggedEvent } from '../world/event-log.js';
import { seconds } from './describe.js';
import { type EventFilter, isShown, type Topic, topicOf } from './event-filter.js';
import type { Output } from './output.js';
import { RecentEvents } from './recent-events.js';

const COLOURS: Readonly<Record<Topic, string>> = {
  faults: '31',
  members: '33',
  client: '36',
  replication: '0',
  upkeep: '2',
};

/** Nodes named where nothing is shown. */
const MAX_NODES = 30;

/** Prints a run as it goes, one line an event. */
export class Timeline {
  readonly #output: Output;
  readonly #filter: EventFilter;
  readonly #recent = new RecentEvents();
  #isEmpty = true;

  constructor(output: Output, filter: EventFilter) {
    this.#output = output;
    this.#filter = filter;
  }

  add(event: LoggedEvent): void {
    this.#recent.add(event);
    if (!isShown(this.#filter, event)) return;
    this.#isEmpty = false;
    this.#print(event);
  }

  /** What came before a violation, of every topic: the last of the nodes and keys that it names, and of all. */
  printBefore(violation: string): void {
    const names = this.#recent.namedIn(violation);
    const earlier = this.#recent.before(names);
    if (earlier.length > 0) this.#output.line(`\nEarlier, of ${names.join(', ')}:`);
    for (const event of earlier) this.#print(event);
    const { last } = this.#recent;
    this.#output.line(`\nThe last ${last.length} events:`);
    for (const event of last) this.#print(event);
  }

  /** Says so where something was asked for that there was none of, and what there was. */
  explainNothing(endMs: number): void {
    const asked = describeFilter(this.#filter);
    if (!this.#isEmpty || asked === '' || this.#filter.topics.length === 0) return;
    const nodes = this.#recent.nodes.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    const more = nodes.length > MAX_NODES ? ` and ${nodes.length - MAX_NODES} more` : '';
    const there = `${nodes.slice(0, MAX_NODES).join(', ')}${more}`;
    this.#output.line(`Nothing to show for ${asked}. The nodes were ${there}; the run ended at ${seconds(endMs)}.`);
  }

  #print(event: LoggedEvent): void {
    this.#output.line(this.#paint(event));
  }

  #paint(event: LoggedEvent): string {
    return this.#output.paint(COLOURS[topicOf(event)], formatLine(event));
  }
}

/** Seconds, node, what. */
export function formatLine({ atMs, node, kind, text }: LoggedEvent): string {
  return `${(atMs / 1000).toFixed(3).padStart(9)}  ${node.padEnd(5)} ${kind.padEnd(6)} ${text}`;
}

/** The flags that leave out nodes and times; empty where there are none. */
function describeFilter({ node, fromMs, toMs }: EventFilter): string {
  const flags = [
    node === undefined ? [] : [`--node ${node}`],
    fromMs === 0 ? [] : [`--from ${fromMs / 1000}`],
    toMs === Number.POSITIVE_INFINITY ? [] : [`--to ${toMs / 1000}`],
  ];
  return flags.flat().join(' ');
}
