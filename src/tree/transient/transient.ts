import type { HostPort } from '../../gossip/address.js';
import type { Clock } from '../../gossip/ports/clock.js';
import type { Log } from '../../gossip/ports/log.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import type { Rng } from '../../gossip/ports/rng.js';
import type { Entry, Store } from '../../gossip/ports/store.js';
import type { Uplink, UplinkRead, UplinkWrite } from '../../gossip/ports/uplink.js';
import type { RepairStatus } from '../../gossip/repair/repairer.js';
import type { Self } from '../../gossip/self.js';
import { Ticker } from '../../gossip/ticker.js';
import type { AckMessage, PutMessage } from '../../gossip/wire/message.js';
import { decodeReplicaAnswer, encodeReplicaRequest } from '../../gossip/wire/replica-codec.js';
import type { Candidate, Frame, WelcomeFrame } from '../frame.js';
import type { LinkCodec, LinkDialer } from '../ports/link.js';
import type { Replica } from '../ports/replica.js';
import type { FrameAge } from '../ports/signer.js';
import type { FrameCodec } from '../wire/codec.js';
import { Attachment, type Departure } from './attachment.js';
import { Feed } from './feed.js';
import { Outbox } from './outbox.js';
import type { Parent, ParentInfo } from './parent.js';
import type { Answer } from './questions.js';
import { QuorumView } from './quorum-view.js';
import { type ReattachmentStatus, Reattachments } from './reattachments.js';
import type { TransientState } from './state.js';
import { UpstreamRepair } from './upstream-repair.js';

export interface TransientOptions {
  /** How long a write waits for its quorum, and a read for its answer, in milliseconds. */
  readonly writeTimeoutMs: number;
  /** Copies wanted of every value. */
  readonly replication: number;
  /** Bytes of entries a second that repair moves at most, each way; 0 = no limit. */
  readonly repairBandwidth: number;
  /** How long the parent may take to answer a question of repair, in milliseconds. */
  readonly answerTimeoutMs: number;
}

interface TransientPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly dialer: LinkDialer;
  readonly store: Store;
}

interface TransientParts {
  readonly replica: Replica;
  readonly codecs: (kind: LinkCodec) => FrameCodec;
  readonly age: FrameAge;
  readonly seeds: () => readonly HostPort[];
  readonly lookForSeeds: () => void;
}

export interface TransientStatus {
  readonly state: TransientState;
  readonly parent?: {
    readonly id: string;
    readonly address: string;
    readonly httpPort: number;
    /** Whether it is a node of this implementation. */
    readonly ours: boolean;
  };
  /** Addresses that are known to attach to. */
  readonly candidates: number;
  readonly reattachments: ReattachmentStatus;
  readonly outbox: { readonly writes: number; readonly bytes: number };
  readonly repair: RepairStatus;
}

/** A parent was found, or left. */
export type TransientChange =
  | {
      readonly kind: 'attached';
      readonly parent: ParentInfo;
      readonly cause: Departure;
      readonly durationMs: number;
    }
  | { readonly kind: 'detached'; readonly parent: ParentInfo; readonly cause: Departure };

/** Called synchronously, in order of subscription. */
export type TransientListener = (change: TransientChange) => void;

const SWEEP_PERIOD_MS = 10_000;

/** A node that cannot be dialled, and takes part through the one that it is attached to. */
export class Transient implements Uplink {
  readonly #ports: TransientPorts;
  readonly #self: Self;
  readonly #options: TransientOptions;
  readonly #replica: Replica;
  readonly #attachment: Attachment;
  readonly #view: QuorumView;
  readonly #outbox: Outbox;
  readonly #feed: Feed;
  readonly #repair: UpstreamRepair;
  readonly #reattachments: Reattachments;
  readonly #sweeper: Ticker;
  /** Bounded by the wiring of the node: whoever subscribes does so once, before the start. */
  readonly #listeners: TransientListener[] = [];
  readonly #strangers: Counter;
  #isUsed = false;

  constructor(ports: TransientPorts, self: Self, options: TransientOptions, parts: TransientParts) {
    this.#ports = ports;
    this.#self = self;
    this.#options = options;
    this.#replica = parts.replica;
    this.#view = new QuorumView(ports, self);
    this.#outbox = new Outbox(ports, options);
    this.#feed = new Feed(ports.clock, this.#outbox);
    this.#repair = new UpstreamRepair(ports, self, options, parts);
    this.#reattachments = new Reattachments(ports);
    this.#sweeper = new Ticker(ports.clock, SWEEP_PERIOD_MS, () => this.#outbox.sweep());
    this.#attachment = new Attachment(ports, self, {
      ...parts,
      listener: {
        attached: (parent, welcome, cause, durationMs) => this.#attached(parent, welcome, cause, durationMs),
        detached: (parent, cause) => this.#detached(parent, cause),
        heard: (parent, frame) => this.#heard(parent, frame),
      },
    });
    this.#strangers = ports.metrics.counter(
      'repram_tree_acks_ignored_total',
      'Acknowledgements of nodes whose copies make no quorum.',
    );
    ports.metrics.gauge('repram_tree_attached', 'Whether this node is attached to a parent: 0 or 1.', () =>
      this.#attachment.parent === undefined ? 0 : 1,
    );
  }

  /** Whether it was started. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  get hasRoom(): boolean {
    return this.#outbox.hasRoom;
  }

  get status(): TransientStatus {
    const info = this.#attachment.parent?.info;
    const parent = info && { id: info.id, address: info.address.host, httpPort: info.address.port, ours: info.isOurs };
    return {
      state: this.#attachment.state,
      ...(parent && { parent }),
      candidates: this.#attachment.candidates,
      reattachments: this.#reattachments.status,
      outbox: { writes: this.#outbox.size, bytes: this.#outbox.bytes },
      repair: this.#repair.status,
    };
  }

  /** The members that this node could be attached to, as the parent has named them last. */
  get members(): readonly Candidate[] {
    return this.#attachment.members;
  }

  subscribe(listener: TransientListener): void {
    this.#listeners.push(listener);
  }

  /** Looks for a parent from now on. Once only. */
  start(): void {
    if (this.#isUsed) return;
    this.#isUsed = true;
    this.#sweeper.start();
    this.#attachment.start();
  }

  /** Other seeds are known now. */
  seedsChanged(): void {
    this.#attachment.seedsChanged();
  }

  /**
   * Sends what was not sent yet, says goodbye, and resolves when the socket has ended. Writes that wait are answered as
   * pending. Never rejects.
   */
  async stop(): Promise<void> {
    this.#sweeper.stop();
    this.#outbox.end();
    this.#feed.flush();
    await this.#attachment.stop();
    await this.#repair.settled;
  }

  write(message: PutMessage, entry: Entry): Promise<UplinkWrite> {
    const written = this.#outbox.add(message, entry.expiresAtMs);
    this.#feed.pump();
    return written;
  }

  /** Only a parent of this implementation and of the own enclave can be asked. */
  async read(key: string): Promise<UplinkRead> {
    const parent = this.#attachment.parent;
    if (parent === undefined || !this.#isAskable(parent.info)) return UNREACHED;
    const { id: from, enclave } = this.#self;
    const sentMs = this.#ports.clock.nowMs();
    const body = encodeReplicaRequest({ op: 'read', key, from, enclave, sentMs });
    return this.#readOf(key, await parent.ask('read', body, this.#options.writeTimeoutMs));
  }

  #readOf(key: string, { status, body }: Answer): UplinkRead {
    if (status === 'overloaded') return { kind: 'overloaded' };
    const answer = status === 'ok' ? decodeReplicaAnswer(body, 'read') : undefined;
    if (answer === undefined) return UNREACHED;
    const { entry } = answer;
    if (entry === undefined || this.#ports.clock.nowMs() >= entry.expiresAtMs) return { kind: 'absent' };
    return entry.key === key ? { kind: 'found', entry } : UNREACHED;
  }

  #attached(parent: Parent, welcome: WelcomeFrame, cause: Departure, durationMs: number): void {
    const { info } = parent;
    this.#view.attached(info, welcome);
    this.#outbox.basis = this.#view.basis;
    this.#reattachments.add(cause, durationMs);
    this.#ports.log.info('attached to a parent', {
      parent: info.id,
      host: info.address.host,
      port: info.address.port,
      cause,
      ms: Math.round(durationMs),
    });
    this.#feed.follow(parent);
    this.#repair.follow(this.#isAskable(info) ? parent : undefined);
    this.#emit({ kind: 'attached', parent: info, cause, durationMs });
  }

  /**
   * What the parent has acknowledged counts no more: it may be gone, and its copies with it. Where it lives, the next one
   * sends it the write again, and it acknowledges again.
   */
  #detached(parent: Parent, cause: Departure): void {
    const { info } = parent;
    this.#feed.follow(undefined);
    this.#repair.follow(undefined);
    this.#outbox.revoke(info.id);
    this.#outbox.basis = undefined;
    this.#ports.log.info('detached from the parent', { parent: info.id, cause });
    this.#emit({ kind: 'detached', parent: info, cause });
  }

  #heard(parent: Parent, frame: Frame): void {
    switch (frame.type) {
      case 'put':
        return this.#replica.receive(frame.message);
      case 'ack':
        return this.#acked(parent, frame.message);
      case 'view':
        if (parent.info.isOurs) this.#view.told(frame);
        break;
      case 'topology_sync':
        this.#view.named(frame.message.nodeInfo);
        break;
    }
    this.#outbox.basis = this.#view.basis;
  }

  /** Of a parent of this implementation that was left, what others acknowledged counts still. */
  #acked(parent: Parent, { from, messageId }: AckMessage): void {
    const { info } = parent;
    const isVouchedFor = parent === this.#attachment.parent || (info.isOurs && from !== info.id);
    if (!isVouchedFor || !this.#view.counts(from)) this.#strangers.inc();
    else this.#outbox.acked(messageId, from);
  }

  #isAskable({ isOurs, enclave }: ParentInfo): boolean {
    return isOurs && enclave === this.#self.enclave;
  }

  #emit(change: TransientChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** Nobody was asked: the own copy alone is known of. */
const UNREACHED: UplinkRead = { kind: 'unreached', answered: 0, needed: 1 };
