import type { HostAnswer, Machine } from '../world/machine.js';
import type { Exchange } from '../world/network.js';
import { isTransient } from '../world/node.js';
import type { WriteOperation } from '../world/operation.js';
import type { World } from '../world/world.js';
import type { Acquaintances } from './acquaintances.js';
import type { Cast } from './cast.js';
import { writeText } from './describe.js';
import type { Invariant, Sighting } from './invariant.js';
import { isOurs } from './ledger.js';
import { INVARIANTS } from './names.js';
import { readMessage } from './wire.js';

/** What was seen of a write that has not been answered yet. */
interface Open {
  /** Ids of those that stored it, or held a newer version already. */
  readonly holders: Set<string>;
  /** Whom its origin had met when it began. */
  readonly met: readonly string[];
}

/**
 * No 201 of a member without a quorum of distinct members that hold the value at that moment. Who holds the value is seen at the stores; the quorum is
 * computed from whom the origin has met, whatever it says about them since. A holder that has died since it stored the
 * value still counts: it held it at the moment it acknowledged, and the origin cannot know more than that.
 */
export class QuorumIsHeld implements Invariant {
  readonly #world: World;
  readonly #cast: Cast;
  readonly #acquaintances: Acquaintances;
  /** Writes that have no answer yet. Bounded by the writes of the run. */
  readonly #open = new Map<WriteOperation, Open>();

  constructor(world: World, cast: Cast, acquaintances: Acquaintances) {
    this.#world = world;
    this.#cast = cast;
    this.#acquaintances = acquaintances;
  }

  offered({ node, outcome, write }: Sighting): void {
    if (write === undefined || (outcome !== 'stored' && outcome !== 'stale')) return;
    if (node.isTransient) return;
    if (write.host === node && !this.#open.has(write) && write.status === undefined) {
      this.#open.set(write, { holders: new Set(), met: this.#acquaintances.met(node) });
    }
    if (node.enclave === write.host.enclave) this.#open.get(write)?.holders.add(node.id);
  }

  /** What a node of the old protocol holds is seen by reading it back. */
  taken(exchange: Exchange, by: Machine, answer: HostAnswer): void {
    if (exchange.type !== 'PUT' || answer.status !== 200) return;
    const host = this.#cast.at(by);
    if (host === undefined || isOurs(host)) return;
    const held = host.get(readMessage(exchange.request.body)?.key ?? '');
    const write = held && this.#world.clients.writeOf(held);
    if (write !== undefined) this.#open.get(write)?.holders.add(host.id);
  }

  wrote(write: WriteOperation): void {
    const { host } = write;
    const open = this.#open.get(write);
    this.#open.delete(write);
    if (write.status !== 201 || !isOurs(host) || isTransient(host)) return;
    const held = open?.holders.size ?? 0;
    const needed = quorum(1 + (open?.met.length ?? 0), host.config.replication);
    if (held >= needed) return;
    const holders = [...(open?.holders ?? [])].join(' ');
    const detail =
      `${writeText(write)} was answered 201, but only [${holders}] held it and ${needed} had to: ` +
      `${host.id} had met [${open?.met.join(' ')}], replication ${host.config.replication}`;
    this.#world.violated(INVARIANTS.quorum, detail);
  }
}

/** A majority of the replicas. */
export function quorum(basis: number, replication: number): number {
  return Math.floor(Math.min(basis, replication) / 2) + 1;
}
