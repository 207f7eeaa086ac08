import { formatHostPort } from '../../../src/gossip/address.js';
import type { MemberEvent } from '../../../src/gossip/membership/member-event.js';
import type { SimHost } from '../world/host.js';
import type { Exchange } from '../world/network.js';
import type { SimNode } from '../world/node.js';
import type { World } from '../world/world.js';
import type { Cast } from './cast.js';
import type { Invariant } from './invariant.js';
import { isOurs } from './ledger.js';
import { INVARIANTS, type InvariantName } from './names.js';
import { PerNode } from './per-node.js';
import { readMessage } from './wire.js';

/**
 * "This is me" goes to a peer once an interval for each of three reasons: to ask it, to introduce the node, and at the
 * end of an answer. An answer may take long, so twice as many may come together. A peer that is new, came back,
 * restarted or moved may have as many again.
 */
const SYNCS_PER_INTERVAL = 2 * 3;

/**
 * Of these, the ones that want an answer go only to nodes that answer at once: to ask it, in turn or back, and to
 * introduce the node. One may have waited in a queue while the next came due.
 */
const ASKS_PER_INTERVAL = 2 * 2;

/**
 * Probes of one node in ten periods: its turn, which may be at both ends, once for hints in each period, twice in
 * doubt.
 */
const PROBE_PERIODS = 10;
const PROBES_IN_TEN_PERIODS = 11 + 11 + 2;

/**
 * Times that one message goes to one address: a busy peer is asked about ten times within the deadline, for two ids at
 * most.
 */
const SENDS_OF_A_MESSAGE = 24;

/** What one process sends to one node, counted in windows. */
interface Count {
  windowMs: number;
  sent: number;
  /** Changes in the table that allow for more. */
  changes: number;
}

/** Nobody is written to without end: neither told who else is there, nor probed, nor asked again. */
export class NobodyIsFlooded implements Invariant {
  readonly #world: World;
  readonly #cast: Cast;
  /** By process; then by kind and id. Bounded by the ids of the run. */
  readonly #counts = new PerNode<string, Count>();
  /** How often a message went to an address. Lives as long as the message. */
  readonly #sends = new WeakMap<Uint8Array, Map<string, number>>();

  constructor(world: World, cast: Cast) {
    this.#world = world;
    this.#cast = cast;
  }

  sent(exchange: Exchange): void {
    const node = this.#cast.at(exchange.from);
    if (!isOurs(node)) return;
    if (exchange.type !== 'BOOTSTRAP' && this.#isRepeated(node, exchange)) return;
    if (exchange.type === 'SYNC') this.#countSync(node, exchange);
    if (exchange.type === 'PING') this.#countProbe(node, exchange);
  }

  memberChanged(node: SimNode, { kind, member }: MemberEvent): void {
    if (kind !== 'joined' && kind !== 'returned' && kind !== 'restarted' && kind !== 'moved') return;
    const { syncIntervalMs, pingIntervalMs } = node.config;
    this.#count(node, `SYNC ${formatHostPort(member.address)}`, syncIntervalMs).changes++;
    this.#count(node, `asks ${formatHostPort(member.address)}`, syncIntervalMs).changes++;
    this.#count(node, `PING ${member.id}`, PROBE_PERIODS * pingIntervalMs).changes++;
  }

  ended(host: SimHost): void {
    if (isOurs(host)) this.#counts.forget(host);
  }

  #countSync(node: SimNode, { request, to }: Exchange): void {
    const message = readMessage(request.body);
    if (message === undefined || message.node?.id !== message.from) return;
    const { syncIntervalMs } = node.config;
    const address = formatHostPort(to);
    const count = this.#count(node, `SYNC ${address}`, syncIntervalMs);
    this.#add(node, count, SYNCS_PER_INTERVAL, INVARIANTS.syncs, `SYNCs about itself to ${address}`);
    if (!message.wantsReply) return;
    const asks = this.#count(node, `asks ${address}`, syncIntervalMs);
    this.#add(node, asks, ASKS_PER_INTERVAL, INVARIANTS.syncs, `SYNCs that want an answer to ${address}`);
  }

  #countProbe(node: SimNode, { request }: Exchange): void {
    const id = readMessage(request.body)?.to ?? '';
    const count = this.#count(node, `PING ${id}`, PROBE_PERIODS * node.config.pingIntervalMs);
    this.#add(node, count, PROBES_IN_TEN_PERIODS, INVARIANTS.probes, `probes of ${id}`);
  }

  #add(node: SimNode, count: Count, base: number, invariant: InvariantName, what: string): void {
    const bound = base * (1 + count.changes);
    if (++count.sent <= bound) return;
    const detail = `${node.id} sent ${count.sent} ${what} since ${count.windowMs.toFixed(0)}, where ${bound} is the bound`;
    this.#world.violated(invariant, detail);
  }

  #count(node: SimNode, name: string, windowMs: number): Count {
    const counts = this.#counts.of(node);
    const nowMs = this.#world.elapsedMs;
    let count = counts.get(name);
    if (count === undefined || nowMs - count.windowMs >= windowMs) {
      count = { windowMs: nowMs, sent: 0, changes: count === undefined ? 0 : Math.min(1, count.changes) };
      counts.set(name, count);
    }
    return count;
  }

  /**
   * Whether the same message has gone there before: it is sent again since the peer was busy, or a connection broke.
   */
  #isRepeated(node: SimNode, { request: { body }, to, type }: Exchange): boolean {
    let sends = this.#sends.get(body);
    if (sends === undefined) {
      sends = new Map();
      this.#sends.set(body, sends);
    }
    const name = `${node.id} ${formatHostPort(to)}`;
    const times = (sends.get(name) ?? 0) + 1;
    sends.set(name, times);
    if (times > SENDS_OF_A_MESSAGE) {
      const detail = `${node.id} sent one ${type} ${times} times to ${formatHostPort(to)}, where ${SENDS_OF_A_MESSAGE} is the bound`;
      this.#world.violated(INVARIANTS.retries, detail);
    }
    return times > 1;
  }
}
