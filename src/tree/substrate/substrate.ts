import { Composer } from '../../gossip/composer.js';
import type { MemberEvent } from '../../gossip/membership/member-event.js';
import type { Clock } from '../../gossip/ports/clock.js';
import type { Log } from '../../gossip/ports/log.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import type { Rng } from '../../gossip/ports/rng.js';
import type { Self } from '../../gossip/self.js';
import type { PutMessage } from '../../gossip/wire/message.js';
import { type Candidate, type DecodedFrame, MORE_ROOM_ELSEWHERE, type WelcomeFrame } from '../frame.js';
import { CLOSE, type Link, type LinkCodec } from '../ports/link.js';
import type { Mesh } from '../ports/mesh.js';
import type { FrameAge } from '../ports/signer.js';
import type { FrameCodec } from '../wire/codec.js';
import { Admission } from './admission.js';
import { chooseAlternatives } from './alternatives.js';
import { AskDesk } from './ask-desk.js';
import { type ChildHost, type ChildInfo, ChildSocket } from './child-socket.js';
import { CHILD_EVENTS, type ChildEvent, type ChildState, childTransition, type GoodbyeReason } from './child-state.js';
import { ChildWrites } from './child-writes.js';
import { Children } from './children.js';
import { ClusterNews } from './cluster-news.js';
import { Contests } from './contests.js';
import { Downlink } from './downlink.js';
import { Drain } from './drain.js';
import { Heartbeats } from './heartbeats.js';
import { SendQueues } from './send-queues.js';
import { Spreading } from './spreading.js';

/** Most sockets that are no child's: those without a hello, and those that were closed and have not ended. */
export const MAX_WAITING_SOCKETS = 256;

export interface SubstrateOptions {
  /** 0: none are taken. */
  readonly maxChildren: number;
}

interface SubstratePorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface SubstrateParts {
  readonly mesh: Mesh;
  readonly codecs: (kind: LinkCodec) => FrameCodec;
  readonly age: FrameAge;
  /** Whether the cluster has a secret. */
  readonly areSigned: boolean;
}

/** A child came, or went; `cause` is what happened to its socket. */
export interface SubstrateEvent {
  readonly kind: 'attached' | 'detached';
  readonly child: ChildInfo;
  readonly cause: ChildEvent;
}

/** Called synchronously after each change, in order of subscription. */
export type SubstrateListener = (event: SubstrateEvent) => void;

/** The substrate side of the tree: takes children, carries their writes up and those of the cluster down. */
export class Substrate {
  readonly #ports: SubstratePorts;
  readonly #self: Self;
  readonly #parts: SubstrateParts;
  /** Every socket that has not ended. Bounded by the children, and by `MAX_WAITING_SOCKETS`. */
  readonly #sockets = new Set<ChildSocket>();
  readonly #children = new Children();
  readonly #contests: Contests;
  readonly #spreading: Spreading;
  readonly #admission: Admission;
  readonly #heartbeats: Heartbeats;
  readonly #drain: Drain;
  readonly #composer: Composer;
  readonly #downlink: Downlink;
  readonly #writes: ChildWrites;
  readonly #desk: AskDesk;
  readonly #news: ClusterNews;
  /** Bounded by the wiring of the node: whoever subscribes does so once, before the start. */
  readonly #listeners: SubstrateListener[] = [];
  readonly #counters: SubstrateCounters;
  #isStopped = false;

  constructor(ports: SubstratePorts, self: Self, options: SubstrateOptions, parts: SubstrateParts) {
    const { clock, metrics } = ports;
    const { mesh, age, areSigned } = parts;
    const children = this.#children;
    this.#ports = ports;
    this.#self = self;
    this.#parts = parts;
    this.#composer = new Composer(clock, self);
    this.#drain = new Drain(clock, children);
    this.#contests = new Contests(clock, children);
    this.#spreading = new Spreading(self.id, mesh);
    this.#admission = new Admission(self, options.maxChildren, {
      ...{ mesh, children, age, areSigned },
      contests: this.#contests,
      spreading: this.#spreading,
      isDraining: () => this.#drain.isDraining,
    });
    this.#heartbeats = new Heartbeats(clock, children);
    const queues = new SendQueues(metrics, children);
    const composer = this.#composer;
    this.#downlink = new Downlink(ports, self, { mesh, children, queues });
    this.#news = new ClusterNews(ports, self, { mesh, children, composer, room: () => this.room });
    const below = { downlink: this.#downlink, news: this.#news };
    this.#writes = new ChildWrites(metrics, self, { mesh, children, composer, ...below });
    this.#desk = new AskDesk(ports, self, { mesh, queues });
    this.#counters = countersOf(metrics);
    metrics.gauge('repram_tree_children', 'Children that are attached.', () => children.size);
    metrics.gauge('repram_tree_sockets_waiting', 'Sockets of the tree that belong to no child.', () => this.#waiting);
  }

  /** Whether another socket can be taken. */
  get mayAccept(): boolean {
    return !this.#isStopped && this.#waiting < MAX_WAITING_SOCKETS;
  }

  /** How many more children there is room for; none while this node takes leave. */
  get room(): number {
    return this.#admission.room;
  }

  /** The children there are, those that were said goodbye to and have not gone included. */
  get children(): readonly ChildInfo[] {
    return this.#children.all().map((child) => child.info);
  }

  subscribe(listener: SubstrateListener): void {
    this.#listeners.push(listener);
  }

  /** Takes a socket that somebody has opened. */
  accept(link: Link): void {
    if (this.#isStopped) return link.close(CLOSE.goingAway, '');
    if (!this.mayAccept) {
      this.#counters.crowded.inc();
      return link.close(CLOSE.tryAgainLater, '');
    }
    const codec = this.#parts.codecs(link.codec);
    this.#sockets.add(new ChildSocket(this.#ports.clock, { link, codec, host: this.#host }));
  }

  /**
   * Sends a write that this node has stored, its own or a member's, down to the children of its enclave.
   *
   * @param origin the child it came from
   */
  spread(put: PutMessage, origin?: string): void {
    this.#downlink.spread(put, origin);
  }

  /** Members came or went: children are told, soon. */
  membersChanged(changes: readonly MemberEvent[]): void {
    this.#news.membersChanged(changes);
  }

  /**
   * Says goodbye to all children and takes no more. Resolves when each has gone, or when the time is over and the rest
   * are closed.
   */
  drain(timeoutMs: number): Promise<void> {
    return this.#drain.run(timeoutMs, [...this.#sockets]);
  }

  /** Closes every socket. Nothing happens afterwards. */
  stop(): void {
    this.#isStopped = true;
    this.#contests.stop();
    this.#heartbeats.stop();
    this.#news.stop();
    for (const socket of this.#sockets) socket.abandon();
    this.#sockets.clear();
    this.#children.clear();
    this.#drain.stop();
  }

  get #waiting(): number {
    return this.#sockets.size - this.#children.size;
  }

  readonly #host: ChildHost = {
    judge: (hello) => this.#admission.judge(hello),
    contest: (socket) => this.#contests.begin(socket),
    attached: (socket, cause) => this.#attached(socket, cause),
    detached: (socket, cause) => this.#detached(socket, cause),
    turnedAway: (socket, cause) => {
      this.#counters.turnedAway.get(cause)?.inc();
      const { id, remote } = socket.info;
      this.#ports.log.debug('child turned away', { child: id, remote, cause });
    },
    ended: (socket) => void this.#sockets.delete(socket),
    received: (socket, frame) => this.#received(socket, frame),
    answeredPing: (socket) => this.#contests.answered(socket),
    alternatives: (socket, reason) => this.#alternatives(socket, reason),
  };

  #attached(socket: ChildSocket, cause: ChildEvent): void {
    this.#children.add(socket);
    this.#counters.attached.inc();
    socket.send(this.#welcome(socket));
    this.#news.greet(socket);
    this.#heartbeats.start();
    this.#news.start();
    this.#emit('attached', socket, cause);
  }

  #detached(socket: ChildSocket, cause: ChildEvent): void {
    this.#children.remove(socket);
    this.#counters.detached.get(cause)?.inc();
    if (this.#children.size === 0) {
      this.#heartbeats.stop();
      this.#news.stop();
    }
    this.#emit('detached', socket, cause);
    this.#contests.gone(socket);
    this.#drain.check();
  }

  #emit(kind: SubstrateEvent['kind'], socket: ChildSocket, cause: ChildEvent): void {
    const child = socket.info;
    this.#ports.log.info(`child ${kind}`, { child: child.id, remote: child.remote, codec: child.codec, cause });
    for (const listener of this.#listeners) listener({ kind, child, cause });
  }

  /** What is not for a parent is ignored: a child need not acknowledge what it is sent, for instance. */
  #received(socket: ChildSocket, frame: DecodedFrame): void {
    if (frame.type === 'put') this.#writes.receive(socket, frame.message);
    else if (frame.type === 'ask') this.#desk.receive(socket, frame);
    else if (frame.type === 'ping') socket.send({ type: 'pong', message: this.#composer.pong(socket.id) });
  }

  #welcome({ isOurs }: ChildSocket): WelcomeFrame {
    const { id: parentId, incarnation, instance } = this.#self;
    const sentMs = this.#ports.clock.nowMs();
    const topology = this.#parts.mesh.nodes();
    const welcome = { type: 'welcome', parentId, topology, depth: 1 } as const;
    return isOurs ? { ...welcome, extension: { incarnation, instance, sentMs } } : welcome;
  }

  #alternatives(socket: ChildSocket, reason: GoodbyeReason): readonly Candidate[] {
    const { mesh } = this.#parts;
    if (reason === MORE_ROOM_ELSEWHERE) {
      const chosen = this.#spreading.choose(socket.enclave);
      return chosen === undefined ? [] : [chosen];
    }
    const members = mesh.nodes().filter(({ id }) => id !== this.#self.id);
    return chooseAlternatives(this.#ports.rng, members, socket, (id) => mesh.roomOf(id));
  }
}

interface SubstrateCounters {
  readonly attached: Counter;
  readonly crowded: Counter;
  /** Bounded by the events there are, as is the next one. */
  readonly detached: ReadonlyMap<ChildEvent, Counter>;
  readonly turnedAway: ReadonlyMap<ChildEvent, Counter>;
}

function countersOf(metrics: Metrics): SubstrateCounters {
  const byCause = (name: string, help: string, states: readonly ChildState[]): ReadonlyMap<ChildEvent, Counter> => {
    const causes = CHILD_EVENTS.filter((event) =>
      states.some((state) => childTransition(state, event).to === 'closed'),
    );
    return new Map(causes.map((cause) => [cause, metrics.counter(name, help, { cause })]));
  };
  const turnedAway = 'Sockets closed before they were attached, by cause.';
  return {
    attached: metrics.counter('repram_tree_attached_total', 'Children attached.'),
    crowded: metrics.counter(
      'repram_tree_sockets_crowded_out_total',
      'Sockets closed at once because too many were waiting.',
    ),
    detached: byCause('repram_tree_detached_total', 'Children that went, by cause.', ['attached', 'leaving']),
    turnedAway: byCause('repram_tree_turned_away_total', turnedAway, ['waiting', 'contesting']),
  };
}
