import type { LoggedEvent } from '../world/event-log.js';
import { type EventFilter, isShown, type Topic, topicOf } from './event-filter.js';
import type { Output } from './output.js';

const COLOURS: Readonly<Record<Topic, string>> = {
  faults: '31',
  members: '33',
  client: '36',
  replication: '0',
  upkeep: '2',
};

/** How many events before a violation are shown again, whatever the filter. */
const LAST = 30;

/** Prints a run as it goes, one line an event. */
export class Timeline {
  readonly #output: Output;
  readonly #filter: EventFilter;
  /** At most `LAST`. */
  readonly #last: LoggedEvent[] = [];

  constructor(output: Output, filter: EventFilter) {
    this.#output = output;
    this.#filter = filter;
  }

  add(event: LoggedEvent): void {
    this.#last.push(event);
    if (this.#last.length > LAST) this.#last.shift();
    if (isShown(this.#filter, event)) this.#output.line(this.#paint(event));
  }

  /** The last events of all, of every topic and node. */
  printLast(): void {
    this.#output.line(`\nThe last ${this.#last.length} events:`);
    for (const event of this.#last) this.#output.line(this.#paint(event));
  }

  #paint(event: LoggedEvent): string {
    return this.#output.paint(COLOURS[topicOf(event)], formatLine(event));
  }
}

/** Seconds, node, what. */
export function formatLine({ atMs, node, kind, text }: LoggedEvent): string {
  return `${(atMs / 1000).toFixed(3).padStart(9)}  ${node.padEnd(5)} ${kind.padEnd(6)} ${text}`;
}
