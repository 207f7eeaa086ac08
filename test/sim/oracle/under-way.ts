import { formatHostPort } from '../../../src/gossip/address.js';
import type { SimHost } from '../world/host.js';
import type { Exchange, ExchangeResult } from '../world/network.js';
import type { SimNode } from '../world/node.js';
import type { WorldObserver } from '../world/observer.js';
import type { World } from '../world/world.js';
import type { Cast } from './cast.js';
import { isOurs } from './ledger.js';

/** No request of a node is waited for longer, in milliseconds. */
export const SEND_TIMEOUT_MS = 5000;

/** The lane of writes: what travels there does not hold up probes. */
const BULK: ReadonlySet<string> = new Set(['PUT', 'ACK']);

interface Line {
  /** Requests that may be waited for, oldest first. Bounded by the send timeout and the connections of the lane. */
  readonly exchanges: Set<Exchange>;
  /** World time at which a probe may last have had to queue behind other requests. */
  crowdedMs: number;
}

/**
 * Which requests, other than writes, each process of ours waits for, as far as the network tells: it does not show what is
 * queued, nor what was given up early.
 */
export class UnderWay implements WorldObserver {
  readonly #world: World;
  readonly #cast: Cast;
  readonly #senders = new WeakMap<Exchange, SimHost>();
  /** Requests that went out at once, since nothing else was under way to the same machine. */
  readonly #prompt = new WeakSet<Exchange>();
  /** By process, then by address. Bounded by the peers of the run. */
  readonly #lines = new WeakMap<SimHost, Map<string, Line>>();

  constructor(world: World, cast: Cast) {
    this.#world = world;
    this.#cast = cast;
  }

  sent(exchange: Exchange): void {
    const sender = this.#cast.at(exchange.from);
    if (sender === undefined) return;
    this.#senders.set(exchange, sender);
    if (BULK.has(exchange.type)) return;
    const line = this.#lineOf(sender, exchange);
    this.#expire(line);
    if (line.exchanges.size === 0) this.#prompt.add(exchange);
    line.exchanges.add(exchange);
    if (this.#mayCrowdOut(line, exchange)) line.crowdedMs = this.#world.elapsedMs;
  }

  concluded(exchange: Exchange, _result: ExchangeResult): void {
    const sender = this.#senders.get(exchange);
    if (sender !== undefined) this.#lineOf(sender, exchange).exchanges.delete(exchange);
  }

  /** The process that sent it. */
  senderOf(exchange: Exchange): SimHost | undefined {
    return this.#senders.get(exchange);
  }

  /** World time at which a probe of the node to that address may last have waited unseen; -Infinity if never. */
  crowdedMs(node: SimNode, address: string): number {
    return this.#lines.get(node)?.get(address)?.crowdedMs ?? Number.NEGATIVE_INFINITY;
  }

  /**
   * Whether the process certainly took the answer that has just come to a probe of its: the probe did not queue, nor can
   * the process have given it up, and who answered has been there for longer than any probe takes.
   */
  isSurelyInTime(exchange: Exchange): boolean {
    const sender = this.#senders.get(exchange);
    const answerer = this.#cast.at(this.#world.network.machineAt(exchange.to));
    if (sender === undefined || !isOurs(sender) || answerer === undefined) return false;
    const { pingTimeoutMs } = sender.config;
    return (
      this.#prompt.has(exchange) &&
      this.#world.elapsedMs - exchange.sentMs < pingTimeoutMs / 2 &&
      this.#cast.startedMs(answerer) < exchange.sentMs - pingTimeoutMs
    );
  }

  /** Two requests that are no probes take both connections; so may a probe of another id at the same address. */
  #mayCrowdOut(line: Line, { to }: Exchange): boolean {
    if (line.exchanges.size < 2) return false;
    const others = [...line.exchanges].filter((exchange) => exchange.type !== 'PING');
    return others.length >= 2 || !this.#cast.hasOneId(this.#world.network.machineAt(to));
  }

  #expire({ exchanges }: Line): void {
    for (const exchange of exchanges) {
      if (this.#world.elapsedMs - exchange.sentMs < SEND_TIMEOUT_MS) return;
      exchanges.delete(exchange);
    }
  }

  #lineOf(sender: SimHost, { to }: Exchange): Line {
    let lines = this.#lines.get(sender);
    if (lines === undefined) {
      lines = new Map();
      this.#lines.set(sender, lines);
    }
    const address = formatHostPort(to);
    let line = lines.get(address);
    if (line === undefined) {
      line = { exchanges: new Set(), crowdedMs: Number.NEGATIVE_INFINITY };
      lines.set(address, line);
    }
    return line;
  }
}
