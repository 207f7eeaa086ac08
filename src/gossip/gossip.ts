import { type HostPort, sameHostPort } from './address.js';
import { Composer } from './composer.js';
import { HybridClock } from './hybrid-clock.js';
import { Inbox, type Receipt } from './inbox.js';
import { Detector } from './membership/detector.js';
import { incarnationOf, type Member, speaksExtension } from './membership/member.js';
import type { MemberEvent, MemberEventKind } from './membership/member-event.js';
import { MemberTable } from './membership/member-table.js';
import { RoomBook } from './membership/room-book.js';
import type { DetectorTiming } from './membership/timing.js';
import { REMOVAL_MEMORY_MS } from './membership/tombstones.js';
import type { Clock } from './ports/clock.js';
import type { Log } from './ports/log.js';
import type { Metrics } from './ports/metrics.js';
import type { Rng } from './ports/rng.js';
import type { Store } from './ports/store.js';
import type { Transport } from './ports/transport.js';
import type { Uplink } from './ports/uplink.js';
import type { AdoptEntry } from './repair/ask.js';
import { Repair } from './repair/repair.js';
import { QuorumReader } from './replica/quorum-reader.js';
import { ReplicaChannel } from './replica/replica-channel.js';
import { ReplicaDesk } from './replica/replica-desk.js';
import type { ExpiredKey } from './replica/request.js';
import { Applier } from './replication/applier.js';
import { Dedup } from './replication/dedup.js';
import { Receiver } from './replication/receiver.js';
import { Relay } from './replication/relay.js';
import type { TtlRange } from './replication/ttl.js';
import { Writer } from './replication/writer.js';
import type { Self } from './self.js';
import { Sender } from './sender.js';
import { Announcer } from './topology/announcer.js';
import { Joiner } from './topology/joiner.js';
import { ReceptionDesk } from './topology/reception.js';
import { TopologySync } from './topology/sync.js';
import type { Message, NodeInfo, PutMessage } from './wire/message.js';
import type { Tombstone } from './wire/news.js';

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
  readonly timing: DetectorTiming;
  /** Whether this node doubts its own eyes before those of others (Lifeguard). */
  readonly localHealth: boolean;
  readonly syncIntervalMs: number;
  /** Bytes of entries a second that repair moves at most, each way; 0 = no limit. */
  readonly repairBandwidth: number;
}

/** Changes too common, or too tentative, to be told at the usual log level. */
const QUIET: ReadonlySet<MemberEventKind> = new Set(['suspected', 'cleared', 'refuted', 'spoke', 'mentioned']);

/** How long a peer has to take the word that this node leaves, in milliseconds. */
const LEAVE_TIMEOUT_MS = 1000;

/** How long a joiner has to answer that is dialled back, in milliseconds. */
const DIAL_BACK_MS = 1500;

/** One node's gossip: wires its parts together, and has each of them do what a change in the member table asks for. */
export class Gossip {
  readonly members: MemberTable;
  readonly writer: Writer;
  readonly reader: QuorumReader;
  /** Answers what other replicas ask. */
  readonly replica: ReplicaDesk;
  /** Asks other replicas. */
  readonly replicas: ReplicaChannel;
  /** Makes replicas equal. */
  readonly repair: Repair;
  readonly reception: ReceptionDesk;
  readonly joiner: Joiner;
  /** Sends on what nodes write that are attached to this one. */
  readonly relay: Relay;
  /** Takes in what another replica holds, where it is newer. */
  readonly adopt: AdoptEntry;
  /** Takes in that a version has expired elsewhere: what is older goes. */
  readonly supersede: (expired: ExpiredKey) => void;
  /** How many more nodes may attach to whom. */
  readonly rooms: RoomBook;
  /** Set for a node that cannot be dialled, and so is no member. */
  uplink: Uplink | undefined;
  /** Called for each write, own or of a member, that was stored here as it came in. */
  onPut: ((message: PutMessage) => void) | undefined;
  /** Called when this node learns that an operator has removed it. */
  onRemoved: ((tombstone: Tombstone) => void) | undefined;
  readonly #ports: GossipPorts;
  readonly #composer: Composer;
  readonly #sender: Sender;
  readonly #self: Self;
  readonly #detector: Detector;
  readonly #sync: TopologySync;
  readonly #inbox: Inbox;
  #removal: Tombstone | undefined;

  constructor(ports: GossipPorts, self: Self, options: GossipOptions) {
    this.#ports = ports;
    this.#self = self;
    const members = new MemberTable(ports, self);
    const composer = new Composer(ports.clock, self);
    const sender = new Sender(ports, members, (reply) => this.#inbox.receiveReply(reply));
    const rooms = new RoomBook(members);
    const detector = new Detector(ports, self, options, {
      ...{ members, sender, composer, rooms },
      introduce: (member) => this.#sync.introduce(member),
      removed: (tombstone) => this.#removed(tombstone),
    });
    const hybridClock = new HybridClock(ports.clock, self.id);
    const applier = new Applier(ports, options.ttl, hybridClock);
    const replication = { members, sender, composer, hybridClock, applier, dedup: new Dedup(ports) };
    this.members = members;
    this.rooms = rooms;
    this.#composer = composer;
    this.#sender = sender;
    this.#detector = detector;
    this.#sync = new TopologySync(
      ports,
      self,
      { intervalMs: options.syncIntervalMs },
      {
        ...{ members, sender, composer },
        tombstones: () => members.tombstones.all(),
        hear: (news) => detector.rumours.receive(news),
      },
    );
    this.replicas = new ReplicaChannel(ports, self, { members, applier });
    const { replication: copies, writeTimeoutMs: timeoutMs } = options;
    this.reader = new QuorumReader(
      ports,
      { replication: copies, timeoutMs },
      { members, applier, channel: this.replicas, uplink: () => this.uplink },
    );
    const adopt: AdoptEntry = (entry) => applier.adopt(entry);
    this.adopt = adopt;
    this.supersede = ({ key, version, expiresAtMs }) => applier.supersede(key, version, expiresAtMs);
    this.repair = new Repair(ports, self, options, { members, sender, composer, adopt, channel: this.replicas });
    const stored = (message: PutMessage): void => this.onPut?.(message);
    const { missed } = this.repair;
    this.writer = new Writer(ports, self, options, { ...replication, missed, stored, uplink: () => this.uplink });
    this.relay = new Relay(ports, self, options, { ...replication, missed });
    this.replica = new ReplicaDesk(ports, self, { members, applier, repair: this.repair.answers });
    const receiver = new Receiver(ports, self, options.ttl, { ...replication, stored });
    this.#inbox = new Inbox(ports, self, {
      members,
      sender,
      composer,
      sync: this.#sync,
      acked: (ack) => {
        this.writer.receiveAck(ack);
        this.relay.receiveAck(ack);
      },
      receiver,
      rooms,
      rumours: detector.rumours,
      carrier: detector.carrier,
      indirect: detector.indirect,
      reassert: (memberId) => detector.prober.hint(memberId),
    });
    const announcer = new Announcer(ports, { members, sender, composer });
    const dialBack = (joiner: NodeInfo): Promise<boolean> => this.#dialBack(joiner);
    this.reception = new ReceptionDesk(ports, self, { members, announcer, dialBack });
    this.joiner = new Joiner(ports, self, { members, announcer });
    members.subscribe((event) => this.#memberChanged(event));
    ports.transport.onConnectionLost = (address) => this.#connectionLost(address);
  }

  start(): void {
    this.#detector.start();
    this.#sync.start();
    this.repair.start();
  }

  stop(): void {
    this.#quit();
    this.#ports.transport.onConnectionLost = undefined;
  }

  /** Tells every member that understands it that this node leaves for good. Older nodes find out by themselves. */
  async leave(): Promise<void> {
    this.#self.leaving = true;
    const message = this.#composer.leave();
    const told = this.members
      .live()
      .filter(speaksExtension)
      .map((member) => this.#sender.once(member, message, LEAVE_TIMEOUT_MS));
    await Promise.all(told);
  }

  /**
   * This node is no member any more, and goes on without: those who took it for one are told that it leaves, nobody is
   * asked anything from now on, and nobody is known. Never rejects.
   */
  async resign(): Promise<void> {
    this.#quit();
    await this.leave();
    for (const { id } of this.members.live()) this.members.leave(id);
  }

  /**
   * Removes a member for an operator: everywhere, and until it joins again as a new process; the tombstone that says so
   * expires after a day. `undefined` where no member of that id is known.
   *
   * @param by id of the node that the removal was asked of
   */
  remove(memberId: string, by: string = this.#self.id): Tombstone | undefined {
    const member = this.members.get(memberId);
    if (member === undefined) return undefined;
    const removedAtMs = this.#ports.clock.nowMs();
    // Above every incarnation that the process may yet take to refute: those rise by one, from the time of its start.
    const incarnation = Math.max(incarnationOf(member), removedAtMs);
    const tombstone = { id: memberId, incarnation, removedAtMs, expiresAtMs: removedAtMs + REMOVAL_MEMORY_MS, by };
    this.members.remove(tombstone);
    this.#detector.rumours.removed(tombstone);
    // Afterwards: the connections to it end with the removal, and with them what is under way.
    this.#tellRemoved(member, tombstone);
    return tombstone;
  }

  /** Set where an operator has removed this node from the cluster: it takes no part any more until it is restarted. */
  get removal(): Tombstone | undefined {
    return this.#removal;
  }

  /** Handles one message from a peer. Never throws. */
  receive(message: Message): Receipt {
    if (message.from !== this.#self.id) this.joiner.reach?.dialled();
    return this.#inbox.receive(message);
  }

  /** Whether a joiner answers where it says it can be dialled: another node there takes no PING that is not its own. */
  async #dialBack({ id, address, httpPort }: NodeInfo): Promise<boolean> {
    const { transport } = this.#ports;
    const outcome = await transport.send({ host: address, port: httpPort }, this.#composer.barePing(id), DIAL_BACK_MS);
    return outcome.kind === 'ok';
  }

  #tellRemoved(member: Member, tombstone: Tombstone): void {
    if (!speaksExtension(member)) return;
    void this.#sender.once(member, this.#composer.news([{ kind: 'removed', tombstone }]), LEAVE_TIMEOUT_MS);
  }

  /** Probing and syncing end, so that nobody is asked to take this node for a member. It goes on answering. */
  #removed(tombstone: Tombstone): void {
    if (this.#removal !== undefined) return;
    this.#removal = tombstone;
    this.#quit();
    this.#ports.log.error('this node was removed from the cluster: restart it to join again', { by: tombstone.by });
    this.onRemoved?.(tombstone);
  }

  #quit(): void {
    this.#detector.stop();
    this.#sync.stop();
    this.repair.stop();
  }

  #memberChanged(event: MemberEvent): void {
    const { member, previous, kind } = event;
    this.#ports.log[QUIET.has(kind) ? 'debug' : 'info'](`member ${kind}`, { peer: member.id });
    this.#detector.memberChanged(event);
    this.rooms.memberChanged(event);
    if (isNewToItself(event)) this.#sync.reset(member.id);
    if (kind === 'joined' || kind === 'returned') this.#sync.hurry();
    if (isAnotherProcess(event)) this.writer.memberRestarted(member.id);
    this.repair.memberChanged(event);
    if (kind === 'evicted' || kind === 'left' || kind === 'removed') {
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
      if (member.state === 'alive' && sameHostPort(member.address, address)) this.#detector.prober.hint(member.id);
    }
  }
}

/** Whether the process that held the member's copies has made room for another one. */
function isAnotherProcess({ kind, member, previous }: MemberEvent): boolean {
  if (kind !== 'restarted' && kind !== 'moved' && kind !== 'returned') return false;
  return previous?.extension !== undefined && member.extension?.instance !== previous.extension.instance;
}

/**
 * Whether the member may know nobody, so that its next SYNC is answered even within the interval. A mere move is no
 * reason: two nodes that bear one id would be answered in turn for ever.
 */
function isNewToItself({ kind, member, previous }: MemberEvent): boolean {
  if (kind === 'moved') return incarnationOf(member) !== (previous === undefined ? 0 : incarnationOf(previous));
  return kind === 'joined' || kind === 'returned' || kind === 'restarted';
}
