import type { LoggedEvent } from '../world/event-log.js';
import { topicOf } from './event-filter.js';

/** How many events of all are kept, and how many of each node and key; of a node, upkeep is counted apart. */
const LAST = 30;
const LAST_OF_EACH = 15;

/** A violation of a large run may name every node. */
const MAX_NAMED = 6;

interface Numbered {
  readonly number: number;
  readonly event: LoggedEvent;
}

/** What came before a violation: the last events of all, and of the nodes and keys that it names. */
export class RecentEvents {
  /** At most `LAST`. */
  readonly #last: Numbered[] = [];
  /** At most `LAST_OF_EACH` in each; the nodes and keys are bounded by the run. */
  readonly #ofNode = new Map<string, Numbered[]>();
  readonly #upkeepOf = new Map<string, Numbered[]>();
  readonly #ofKey = new Map<string, Numbered[]>();
  #count = 0;

  add(event: LoggedEvent): void {
    const numbered = { number: this.#count++, event };
    const topic = topicOf(event);
    push(this.#last, numbered, LAST);
    if (event.node !== '') pushTo(topic === 'upkeep' ? this.#upkeepOf : this.#ofNode, event.node, numbered);
    if (topic === 'client') pushTo(this.#ofKey, keyOf(event), numbered);
  }

  /** Every node there has been, in the order in which they were first heard of. */
  get nodes(): readonly string[] {
    return [...this.#ofNode.keys()];
  }

  get last(): readonly LoggedEvent[] {
    return this.#last.map(({ event }) => event);
  }

  /** The nodes and keys that a text names, each by a word of its own. */
  namedIn(text: string): readonly string[] {
    const words = new Set(text.split(/[\s,:;()[\]"]+/));
    const nodes = [...words].filter((word) => this.#ofNode.has(word)).slice(0, MAX_NAMED);
    const keys = [...words].filter((word) => this.#ofKey.has(word)).slice(0, MAX_NAMED);
    return [...nodes, ...keys];
  }

  /** The last events of these nodes and keys, in order, but for the last of all. */
  before(names: readonly string[]): readonly LoggedEvent[] {
    const firstOfLast = this.#last[0]?.number ?? 0;
    const found = names.flatMap((name) =>
      [this.#ofNode, this.#upkeepOf, this.#ofKey].flatMap((events) => events.get(name) ?? []),
    );
    const earlier = [...new Set(found)].filter(({ number }) => number < firstOfLast);
    return earlier.sort((a, b) => a.number - b.number).map(({ event }) => event);
  }
}

/** What concerns a key begins with it. */
function keyOf({ text }: LoggedEvent): string {
  return text.split(' ', 1)[0] ?? '';
}

function pushTo(events: Map<string, Numbered[]>, name: string, numbered: Numbered): void {
  const those = events.get(name) ?? [];
  events.set(name, those);
  push(those, numbered, LAST_OF_EACH);
}

function push(events: Numbered[], numbered: Numbered, max: number): void {
  events.push(numbered);
  if (events.length > max) events.shift();
}
