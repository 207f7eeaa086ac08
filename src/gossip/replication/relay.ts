import { isGone, type Member } from '../membership/member.js';
import type { MemberTable } from '../membership/member-table.js';
import type { Clock, Timer } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import type { Rng } from '../ports/rng.js';
import type { Entry, Store } from '../ports/store.js';
import type { OnAck } from '../ports/uplink.js';
import type { MissedWrites } from '../repair/hint.js';
import type { Self } from '../self.js';
import type { Sender } from '../sender.js';
import type { AckMessage, PutMessage } from '../wire/message.js';
import type { Applier } from './applier.js';
import type { Dedup } from './dedup.js';
import { writeTargets } from './fan-out.js';
import { incomingEntry } from './incoming-entry.js';
import type { TtlRange } from './ttl.js';

/** Most writes of others whose acknowledgements are waited for at a time. */
export const MAX_RELAYED_WRITES = 65_536;

/**
 * What became of a write that is passed on for somebody else.
 *
 * - `held`: this node holds it, or a newer one of the key, and has sent it on.
 * - `repeated`: it was held before; it was sent on again.
 * - `passed`: it is of another enclave; it was sent on, and is not held here.
 * - `dropped`: it has expired, or there is no room here. Nothing was sent.
 */
export type RelayOutcome = 'held' | 'repeated' | 'passed' | 'dropped';

export interface RelayOptions {
  /** How long acknowledgements are waited for, in milliseconds. */
  readonly writeTimeoutMs: number;
  readonly ttl: TtlRange;
}

interface RelayPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly store: Store;
  readonly metrics: Metrics;
}

interface RelayParts {
  readonly members: MemberTable;
  readonly sender: Sender;
  readonly applier: Applier;
  readonly dedup: Dedup;
  readonly missed: MissedWrites;
}

interface Relayed {
  readonly enclave: string;
  readonly onAck: OnAck;
  /** Bounded by the enclave. */
  readonly acked: Set<string>;
  readonly timer: Timer;
}

/**
 * Writes of nodes that are no members, sent on in this node's name: members acknowledge to this node, which hands the
 * acknowledgements on. The message id stays, and with it the version.
 */
export class Relay {
  readonly #ports: RelayPorts;
  readonly #self: Self;
  readonly #options: RelayOptions;
  readonly #parts: RelayParts;
  /** By message id. Bounded by `MAX_RELAYED_WRITES`; the longest waiting goes first. */
  readonly #relayed = new Map<string, Relayed>();
  readonly #writes: Counter;
  readonly #displaced: Counter;

  constructor(ports: RelayPorts, self: Self, options: RelayOptions, parts: RelayParts) {
    this.#ports = ports;
    this.#self = self;
    this.#options = options;
    this.#parts = parts;
    this.#writes = ports.metrics.counter('repram_relayed_writes_total', 'Writes of attached nodes that were sent on.');
    this.#displaced = ports.metrics.counter(
      'repram_relayed_writes_displaced_total',
      'Writes of attached nodes whose acknowledgements are waited for no more, because too many were.',
    );
  }

  /**
   * Takes in a write and sends it on. `onAck` is called for each distinct proven member of the enclave that acknowledges
   * within the write timeout, never from within this call.
   */
  write(put: PutMessage, enclave: string, onAck: OnAck): RelayOutcome {
    const message: PutMessage = { ...put, from: this.#self.id, enclave, wantsReply: true };
    const isOurs = enclave === this.#self.enclave;
    const isNew = this.#parts.dedup.add(message.messageId);
    const entry = incomingEntry(this.#ports, this.#options.ttl, message);
    if (isOurs && isNew && !this.#store(entry)) {
      this.#parts.dedup.remove(message.messageId);
      return 'dropped';
    }
    this.#writes.inc();
    this.#await(message.messageId, enclave, onAck);
    const peers = this.#parts.members.live().filter((member) => member.enclave === enclave);
    for (const member of writeTargets(this.#ports.rng, peers)) void this.#deliver(member, message, entry);
    if (!isOurs) return 'passed';
    return isNew ? 'held' : 'repeated';
  }

  /** An acknowledgement came in: it may be of a write that was sent on. */
  receiveAck(ack: AckMessage): void {
    const relayed = this.#relayed.get(ack.messageId);
    const member = this.#parts.members.get(ack.from);
    if (relayed === undefined || member === undefined || isGone(member) || !member.proven) return;
    if (member.enclave !== relayed.enclave || relayed.acked.has(member.id)) return;
    relayed.acked.add(member.id);
    relayed.onAck(ack);
  }

  #store(entry: Entry): boolean {
    const outcome = this.#parts.applier.apply(entry);
    return outcome === 'stored' || outcome === 'stale';
  }

  #await(messageId: string, enclave: string, onAck: OnAck): void {
    this.#forget(messageId);
    const [oldest] = this.#relayed.keys();
    if (oldest !== undefined && this.#relayed.size >= MAX_RELAYED_WRITES) {
      this.#displaced.inc();
      this.#forget(oldest);
    }
    const timer = this.#ports.clock.setTimer(this.#options.writeTimeoutMs, () => this.#relayed.delete(messageId));
    this.#relayed.set(messageId, { enclave, onAck, acked: new Set(), timer });
  }

  #forget(messageId: string): void {
    this.#relayed.get(messageId)?.timer.cancel();
    this.#relayed.delete(messageId);
  }

  /** What a member did not take is brought to it later, from the copy that is held here. */
  async #deliver(member: Member, message: PutMessage, { key, version, expiresAtMs }: Entry): Promise<void> {
    const { sender, missed } = this.#parts;
    const outcome = await sender.send(member, message, this.#options.writeTimeoutMs);
    if (outcome.kind === 'ok' || member.enclave !== this.#self.enclave) return;
    const held = this.#ports.store.get(key);
    if (held !== undefined) missed.add(member, { key: held.key, version, expiresAtMs });
  }
}
