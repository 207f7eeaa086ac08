import type { Composer } from '../composer.js';
import { isGone, type Member, memberInfo, speaksExtension } from '../membership/member.js';
import type { MemberTable } from '../membership/member-table.js';
import type { Clock, Timer } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import { type Rng, randomInt } from '../ports/rng.js';
import { FULL_FAN_OUT } from '../replication/fan-out.js';
import type { Self } from '../self.js';
import type { Sender } from '../sender.js';
import type { NodeInfo, SyncMessage } from '../wire/message.js';
import type { News, Tombstone } from '../wire/news.js';
import { View, type ViewAnswer } from './view.js';

/** Time from news to the next sync, in milliseconds; it doubles with each sync that follows, up to the interval. */
export const FIRST_SYNC_MS = 1000;

export interface TopologySyncOptions {
  /** Longest time between two syncs, and the shortest time between two answers to the same peer, in milliseconds. */
  readonly intervalMs: number;
}

interface TopologySyncPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly metrics: Metrics;
}

interface TopologySyncParts {
  readonly members: MemberTable;
  readonly sender: Sender;
  readonly composer: Composer;
  /** Removals that have not expired. */
  readonly tombstones: () => Iterable<Tombstone>;
  /** Takes in what a member tells of others. */
  readonly hear: (news: readonly News[]) => void;
}

/**
 * Topology exchange. "This is me" teaches the sender and is answered with whom this node knows; hearsay only teaches.
 *
 * Nodes of this implementation send a digest of what they know. Where both know the same, that is all; else what differs
 * is listed in the answer to the request, and the asker asked back: an exchange is one request each way. Older nodes are
 * sent one SYNC for each node known, this one last.
 *
 * A node that is new here may know others that are: groups that find each other have to mix. So syncs come soon after
 * such news, and then ever more rarely.
 *
 * The answer leads to a "this is me" in the other direction, which two nodes that always answer would answer for ever.
 * So the same peer is answered once per interval, whatever it says, and asked back once at most.
 */
export class TopologySync {
  readonly #ports: TopologySyncPorts;
  readonly #options: TopologySyncOptions;
  readonly #parts: TopologySyncParts;
  readonly #view: View;
  readonly #suppressed: Counter;
  /** When each peer was last answered. Bounded by the member table: pruned on every tick. */
  readonly #answeredMs = new Map<string, number>();
  /** When each peer was last asked by sync. Bounded by the member table: pruned on every tick. */
  readonly #askedMs = new Map<string, number>();
  #pauseMs: number;
  #timer: Timer | undefined;
  /** When each peer was last told of this node. Bounded by the member table: pruned on every tick. */
  readonly #introducedMs = new Map<string, number>();

  constructor(ports: TopologySyncPorts, self: Self, options: TopologySyncOptions, parts: TopologySyncParts) {
    this.#ports = ports;
    this.#options = options;
    this.#parts = parts;
    this.#view = new View(ports, self, parts);
    this.#pauseMs = options.intervalMs;
    this.#suppressed = ports.metrics.counter('repram_syncs_suppressed_total', 'SYNCs not answered a second time.');
  }

  start(): void {
    this.#timer ??= this.#schedule();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /**
   * A node is new here: the next sync comes soon, at some ten nodes of a cluster and at all of a small one. A node that
   * joins is announced to all, so what is left to find out is whether others came with it. For that a few have to ask,
   * and not each of a hundred: what they find is new where they tell it, and has ten more ask in turn.
   */
  hurry(): void {
    if (this.#timer === undefined || this.#pauseMs <= FIRST_SYNC_MS) return;
    if (this.#ports.rng.next() * this.#parts.members.live().length >= FULL_FAN_OUT) return;
    this.#pauseMs = Math.min(FIRST_SYNC_MS, this.#options.intervalMs);
    this.#timer.cancel();
    this.#timer = this.#schedule();
  }

  /**
   * Takes in one SYNC. Returns what to tell in the answer to the request, where the asker takes it there.
   */
  receive(message: SyncMessage): ViewAnswer | undefined {
    const { members } = this.#parts;
    const direct = message.from === message.nodeInfo.id;
    members.learn(message.nodeInfo, direct ? 'direct' : 'hearsay');
    members.heard(message.from);
    const member = members.get(message.from);
    if (!direct || member === undefined || isGone(member)) return undefined;
    return this.#answer(member, message);
  }

  /** Tells a member about this node, at most once per interval. */
  introduce(member: Member): void {
    if (!this.#claim(this.#introducedMs, member.id)) return;
    this.#ask(member);
  }

  /** Forgets when a member was answered: it restarted, or came back, and knows nobody. */
  reset(id: string): void {
    this.#answeredMs.delete(id);
    this.#introducedMs.delete(id);
    this.#askedMs.delete(id);
  }

  #answer(member: Member, { wantsReply, digest }: SyncMessage): ViewAnswer | undefined {
    if (!this.#claim(this.#answeredMs, member.id)) {
      this.#suppressed.inc();
      return undefined;
    }
    if (!wantsReply) {
      void this.#tellAll(member);
      return undefined;
    }
    const answer = this.#view.answer(member.id, digest);
    if (answer.nodes.length > 0 && this.#claim(this.#askedMs, member.id)) this.#ask(member);
    return answer;
  }

  /** Says "this is me" to a member, and takes in what it tells in its answer: removals first, which bar some nodes. */
  #ask(member: Member): void {
    const { sender, composer, hear } = this.#parts;
    const message = speaksExtension(member) ? composer.ask(this.#view.digest()) : composer.sync();
    void sender.send(member, message).then((outcome) => {
      if (outcome.kind !== 'ok') return;
      if (outcome.news !== undefined) hear(outcome.news);
      if (outcome.nodes !== undefined) this.#learn(member.id, outcome.nodes);
    });
  }

  /**
   * What a member says of others is hearsay. It has spoken for itself where the list begins with it; another process at
   * its address begins with its own id, and may list the member further down.
   */
  #learn(askedId: string, nodes: readonly NodeInfo[]): void {
    for (const [index, info] of nodes.entries()) {
      this.#parts.members.learn(info, index === 0 && info.id === askedId ? 'direct' : 'hearsay');
    }
  }

  /** One SYNC a node, this one last, in order; gives up where the peer cannot be reached. */
  async #tellAll(member: Member): Promise<void> {
    const { members, composer, sender } = this.#parts;
    const others = members.live().filter((other) => other.id !== member.id);
    for (const info of others.map(memberInfo)) {
      const outcome = await sender.send(member, composer.sync(info));
      if (outcome.kind !== 'ok') return;
    }
    await sender.send(member, composer.sync());
  }

  #schedule(): Timer {
    return this.#ports.clock.setTimer(this.#pauseMs, () => {
      this.#pauseMs = Math.min(2 * this.#pauseMs, this.#options.intervalMs);
      this.#timer = this.#schedule();
      this.#tick();
    });
  }

  /** Whoever was asked within the interval would not answer again. */
  #tick(): void {
    const { members } = this.#parts;
    for (const times of [this.#answeredMs, this.#introducedMs, this.#askedMs]) {
      for (const id of times.keys()) if (members.get(id) === undefined) times.delete(id);
    }
    const unasked = members.live().filter((member) => this.#isDue(this.#askedMs, member.id));
    if (unasked.length === 0) return;
    const partner = unasked[randomInt(this.#ports.rng, unasked.length)] as Member;
    this.#askedMs.set(partner.id, this.#ports.clock.monotonicMs());
    this.#ask(partner);
  }

  #claim(times: Map<string, number>, id: string): boolean {
    if (!this.#isDue(times, id)) return false;
    times.set(id, this.#ports.clock.monotonicMs());
    return true;
  }

  #isDue(times: ReadonlyMap<string, number>, id: string): boolean {
    const lastMs = times.get(id);
    return lastMs === undefined || this.#ports.clock.monotonicMs() - lastMs >= this.#options.intervalMs;
  }
}
