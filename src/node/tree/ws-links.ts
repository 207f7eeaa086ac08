import type { Log } from '../../gossip/ports/log.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import { type LinkKeeper, WsLink, type WsLinkParts } from './ws-link.js';

/** Unless told otherwise. */
const MAX_HELD_BYTES: number = 256 * 1024 * 1024;

export interface WsLinksOptions {
  /** Most bytes of messages that are not complete, of all links together: the link that holds most is ended. */
  readonly maxHeldBytes?: number;
}

/** The open links of a node, those it dialled and those it accepted, and what all of them may take. */
export class WsLinks {
  /** With the bytes that each holds. Bounded by the connections that the server takes, and by those that the tree dials. */
  readonly #open = new Map<WsLink, number>();
  readonly #keeper: LinkKeeper;
  readonly #overflows: Counter;
  readonly #maxHeldBytes: number;
  #heldBytes = 0;

  constructor(ports: { readonly log: Log; readonly metrics: Metrics }, options: WsLinksOptions = {}) {
    const { log, metrics } = ports;
    this.#maxHeldBytes = options.maxHeldBytes ?? MAX_HELD_BYTES;
    const faults = metrics.counter('repram_link_faults_total', 'Links ended: the other end broke the rules.');
    const failures = metrics.counter('repram_link_failures_total', 'Links ended: an event could not be handled.');
    this.#overflows = metrics.counter(
      'repram_link_overflows_total',
      'Links ended: incomplete messages of all links took too much memory, and this one held most.',
    );
    metrics.gauge('repram_links_open', 'Open WebSockets of the tree.', () => this.size);
    this.#keeper = {
      log,
      read: (link, held) => this.#read(link, held),
      fault: () => faults.inc(),
      failed: () => failures.inc(),
      closed: (link) => this.#closed(link),
    };
  }

  get size(): number {
    return this.#open.size;
  }

  /** Bytes kept of messages that are not complete. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** A link over a WebSocket that has just opened. */
  open(parts: WsLinkParts): WsLink {
    const link = new WsLink(this.#keeper, parts);
    this.#open.set(link, 0);
    return link;
  }

  #read(link: WsLink, held: number): void {
    const before = this.#open.get(link);
    if (before === undefined) return;
    this.#open.set(link, held);
    this.#heldBytes += held - before;
    if (this.#heldBytes > this.#maxHeldBytes) this.#endGreatest();
  }

  #closed(link: WsLink): void {
    this.#heldBytes -= this.#open.get(link) ?? 0;
    this.#open.delete(link);
  }

  #endGreatest(): void {
    let greatest: WsLink | undefined;
    let most = 0;
    for (const [link, held] of this.#open) if (held > most) [greatest, most] = [link, held];
    if (greatest === undefined) return;
    this.#overflows.inc();
    this.#closed(greatest);
    greatest.terminate();
  }
}
