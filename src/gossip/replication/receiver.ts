import type { MemberTable } from '../membership/member-table.js';
import type { Clock } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import type { Rng } from '../ports/rng.js';
import type { Store } from '../ports/store.js';
import type { Self } from '../self.js';
import type { Sender } from '../sender.js';
import type { PutMessage } from '../wire/message.js';
import type { Applier } from './applier.js';
import type { Dedup } from './dedup.js';
import { forwards, writeTargets } from './fan-out.js';
import { incomingEntry } from './incoming-entry.js';
import type { TtlRange } from './ttl.js';

/**
 * - `applied`: this node holds the write, or a newer one of the same key; its origin should know.
 * - `repeated`: it was applied when it came before.
 * - `ignored`: the node's own, expired, or meant for another enclave.
 * - `full`: the storage cap leaves no room. The write may come again.
 */
export type ReceiveOutcome = 'applied' | 'repeated' | 'ignored' | 'full';

interface ReceiverPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly store: Store;
  readonly metrics: Metrics;
}

interface ReceiverParts {
  readonly members: MemberTable;
  readonly sender: Sender;
  readonly applier: Applier;
  readonly dedup: Dedup;
  /** Told of each write that was stored here. */
  readonly stored: (message: PutMessage) => void;
}

/** Takes in writes of other nodes: applies each once, and passes it on where nodes are many. */
export class Receiver {
  readonly #ports: ReceiverPorts;
  readonly #self: Self;
  readonly #ttl: TtlRange;
  readonly #parts: ReceiverParts;
  readonly #applied: Counter;
  readonly #repeated: Counter;
  readonly #foreign: Counter;

  constructor(ports: ReceiverPorts, self: Self, ttl: TtlRange, parts: ReceiverParts) {
    this.#ports = ports;
    this.#self = self;
    this.#ttl = ttl;
    this.#parts = parts;
    const { metrics } = ports;
    this.#applied = metrics.counter('repram_writes_received_total', 'Writes of other nodes that were applied.');
    this.#repeated = metrics.counter('repram_writes_repeated_total', 'Writes of other nodes that had come before.');
    this.#foreign = metrics.counter('repram_writes_foreign_total', 'Writes dropped: they are of another enclave.');
  }

  receive(message: PutMessage): ReceiveOutcome {
    const { members, dedup } = this.#parts;
    const origin = members.get(message.from);
    if (message.from === this.#self.id) return 'ignored';
    // The write says itself where it belongs: this process may have come up at the address of a node of another
    // enclave.
    const enclave = message.enclave ?? origin?.enclave ?? this.#self.enclave;
    if (enclave !== this.#self.enclave) {
      this.#foreign.inc();
      return 'ignored';
    }
    // Only the origin itself asks for a reply: a write that was passed on may outlive its origin, and proves no life. One
    // that it sends again does.
    if (message.wantsReply) members.heard(message.from);
    if (!dedup.add(message.messageId)) {
      this.#repeated.inc();
      return 'repeated';
    }
    const outcome = this.#parts.applier.apply(incomingEntry(this.#ports, this.#ttl, message));
    if (outcome === 'full' || outcome === 'expired') {
      dedup.remove(message.messageId);
      return outcome === 'full' ? 'full' : 'ignored';
    }
    this.#applied.inc();
    if (outcome === 'stored') this.#parts.stored(message);
    this.#forward(message);
    return 'applied';
  }

  /** What is passed on asks for no reply: its receivers acknowledge to the origin, not to whoever passed it on. */
  #forward(message: PutMessage): void {
    const peers = this.#parts.members.enclavePeers();
    if (!forwards(peers.length)) return;
    const { wantsReply: _, ...forwarded } = message;
    const targets = writeTargets(this.#ports.rng, peers, message.from);
    for (const member of targets) void this.#parts.sender.send(member, forwarded);
  }
}
