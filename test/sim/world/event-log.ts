import { createHash, type Hash } from 'node:crypto';

/** One line of what happened in a world. `node` is empty where it concerns no node in particular. */
export interface LoggedEvent {
  /** Milliseconds since the world began. */
  readonly atMs: number;
  readonly node: string;
  readonly kind: string;
  readonly text: string;
}

/**
 * Everything that happens in a run, in order. The digest is over every line, so two runs are the same exactly if their
 * digests are. Lines are kept on demand: a long run has millions.
 */
export class EventLog {
  readonly #hash: Hash = createHash('sha256');
  readonly #keep: boolean;
  readonly #listener: ((event: LoggedEvent) => void) | undefined;
  readonly #events: LoggedEvent[] = [];
  #count = 0;

  constructor(
    options: { readonly keep?: boolean; readonly listener?: ((event: LoggedEvent) => void) | undefined } = {},
  ) {
    this.#keep = options.keep ?? false;
    this.#listener = options.listener;
  }

  add(event: LoggedEvent): void {
    this.#count++;
    this.#hash.update(formatEvent(event));
    if (this.#keep) this.#events.push(event);
    this.#listener?.(event);
  }

  get count(): number {
    return this.#count;
  }

  /** The kept events, oldest first; none unless they are kept. */
  get events(): readonly LoggedEvent[] {
    return this.#events;
  }

  /** SHA-256 over all lines so far, in hexadecimal. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}

/** The event as a line of text, newline included. Whoever compares two runs compares these bytes. */
export function formatEvent({ atMs, node, kind, text }: LoggedEvent): string {
  return `${atMs.toFixed(3)} ${node === '' ? '-' : node} ${kind} ${text}\n`;
}
