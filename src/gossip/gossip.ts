import { type HostPort, sameHostPort } from './address.js';
import { Composer } from './composer.js';
import { HybridClock } from './hybrid-clock.js';
import { Inbox, type Receipt } from './inbox.js';
import type { MemberEvent, MemberEventKind } from './membership/member-event.js';
import { MemberTable } from './membership/member-table.js';
import { Prober } from './membership/prober.js';
import type { Clock } from './ports/clock.js';
import type { Log } from './ports/log.js';
import type { Metrics } from './ports/metrics.js';
import type { Rng } from './ports/rng.js';
import type { Store } from './ports/store.js';
import type { Transport } from './ports/transport.js';
import { Dedup } from './replication/dedup.js';
import { Receiver } from './replication/receiver.js';
import type { TtlRange } from './replication/ttl.js';
import { Writer } from './replication/writer.js';
import type { Self } from './self.js';
import { Sender } from './sender.js';
import { Announcer } from './topology/announcer.js';
import { Joiner } from './topology/joiner.js';
import { ReceptionDesk } from './topology/reception.js';
import { TopologySync } from './topology/sync.js';
import type { Message } from './wire/message.js';

export interface GossipPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly transport: Transport;
  readonly store: Store;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface GossipOptions {
  readonly replication: number;
  readonly writeTimeoutMs: number;
  readonly ttl: TtlRange;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  readonly syncIntervalMs: number;
}

/** Changes too common, or too tentative, to be told at the usual log level. */
const QUIET: ReadonlySet<MemberEventKind> = new Set(['suspected', 'cleared', 'spoke', 'mentioned']);

/** How long a peer has to take the word that this node leaves, in milliseconds. */
const LEAVE_TIMEOUT_MS = 1000;

/** One node's gossip: wires its parts together, and has each of them do what a change in the member table asks for. */
export class Gossip {
  readonly members: MemberTable;
  readonly writer: Writer;
  readonly reception: ReceptionDesk;
  readonly joiner: Joiner;
  readonly #ports: GossipPorts;
  readonly #composer: Composer;
  readonly #sender: Sender;
  readonly #prober: Prober;
  readonly #sync: TopologySync;
  readonly #inbox: Inbox;

  constructor(ports: GossipPorts, self: Self, options: GossipOptions) {
    this.#ports = ports;
    const members = new MemberTable(ports, self);
    const composer = new Composer(ports.clock, self);
    const sender = new Sender(ports, members, (reply) => this.#inbox.receiveReply(reply));
    const prober = new Prober(
      ports,
      { intervalMs: options.pingIntervalMs, timeoutMs: options.pingTimeoutMs },
      { members, sender, composer, introduce: (member) => this.#sync.introduce(member) },
    );
    const replication = {
      members,
      sender,
      composer,
      hybridClock: new HybridClock(ports.clock, self.id),
      dedup: new Dedup(ports),
    };
    this.members = members;
    this.#composer = composer;
    this.#sender = sender;
    this.#prober = prober;
    this.#sync = new TopologySync(
      ports,
      self,
      { intervalMs: options.syncIntervalMs },
      { members, sender, composer, tombstones: () => [], hear: () => undefined },
    );
    this.writer = new Writer(ports, self, options, replication);
    const receiver = new Receiver(ports, self, options.ttl, replication);
    this.#inbox = new Inbox(ports, self, {
      members,
      sender,
      composer,
      sync: this.#sync,
      writer: this.writer,
      receiver,
      reassert: (memberId) => prober.hint(memberId),
    });
    const announcer = new Announcer(ports, { members, sender, composer });
    this.reception = new ReceptionDesk(self, { members, announcer });
    this.joiner = new Joiner(ports, self, { members, announcer });
    members.subscribe((event) => this.#memberChanged(event));
    ports.transport.onConnectionLost = (address) => this.#connectionLost(address);
  }

  start(): void {
    this.#prober.start();
    this.#sync.start();
  }

  stop(): void {
    this.#prober.stop();
    this.#sync.stop();
    this.#ports.transport.onConnectionLost = undefined;
  }

  /** Tells every member that understands it that this node leaves for good. Older nodes find out by themselves. */
  async leave(): Promise<void> {
    const message = this.#composer.leave();
    const told = this.members
      .live()
      .filter((member) => member.extension !== undefined)
      .map((member) => this.#sender.once(member, message, LEAVE_TIMEOUT_MS));
    await Promise.all(told);
  }

  /** Handles one message from a peer. Never throws. */
  receive(message: Message): Receipt {
    return this.#inbox.receive(message);
  }

  #memberChanged(event: MemberEvent): void {
    const { member, previous, kind } = event;
    this.#ports.log[QUIET.has(kind) ? 'debug' : 'info'](`member ${kind}`, { peer: member.id });
    if (kind === 'joined' || kind === 'returned' || kind === 'restarted' || kind === 'moved') {
      if (isNewToItself(event)) this.#sync.reset(member.id);
      this.#prober.soon(member.id);
    }
    if (kind === 'joined') this.#sync.hurry();
    if (kind === 'spoke') this.#prober.hint(member.id);
    if (kind === 'mentioned') this.#prober.doubt(member.id);
    if (kind === 'evicted' || kind === 'left') {
      this.writer.memberLost(member.id);
      this.#forget(member.address);
    }
    if (kind === 'moved' && previous !== undefined) this.#forget(previous.address);
  }

  #forget(address: HostPort): void {
    if (this.members.live().some((member) => sameHostPort(member.address, address))) return;
    this.#ports.transport.forget(address);
  }

  #connectionLost(address: HostPort): void {
    for (const member of this.members.live()) {
      if (member.state === 'alive' && sameHostPort(member.address, address)) this.#prober.hint(member.id);
    }
  }
}

/**
 * Whether the member may know nobody, so that its next SYNC is answered even within the interval. A mere move is no
 * reason: two nodes that bear one id would be answered in turn for ever.
 */
function isNewToItself({ kind, member, previous }: MemberEvent): boolean {
  return kind !== 'moved' || member.extension?.incarnation !== previous?.extension?.incarnation;
}
