import type { Composer } from '../composer.js';
import { type Member, memberInfo } from '../membership/member.js';
import type { MemberTable } from '../membership/member-table.js';
import type { Clock } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import { type Rng, randomInt } from '../ports/rng.js';
import type { Sender } from '../sender.js';
import { Ticker } from '../ticker.js';
import type { NodeInfo, SyncMessage } from '../wire/message.js';

export interface TopologySyncOptions {
  /** Time between two syncs, and the shortest time between two answers to the same peer, in milliseconds. */
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
}

/**
 * Topology exchange. "This is me" teaches the sender and is answered with one SYNC for each node known; hearsay only
 * teaches.
 *
 * The answer holds the answerer's own "this is me", which two nodes that always answer would answer for ever. So the same
 * peer is answered once per interval, whatever it says.
 */
export class TopologySync {
  readonly #ports: TopologySyncPorts;
  readonly #options: TopologySyncOptions;
  readonly #parts: TopologySyncParts;
  readonly #ticker: Ticker;
  readonly #suppressed: Counter;
  /** When each peer was last answered. Bounded by the member table: pruned on every tick. */
  readonly #answeredMs = new Map<string, number>();
  /** When each peer was last told of this node. Bounded by the member table: pruned on every tick. */
  readonly #introducedMs = new Map<string, number>();

  constructor(ports: TopologySyncPorts, options: TopologySyncOptions, parts: TopologySyncParts) {
    this.#ports = ports;
    this.#options = options;
    this.#parts = parts;
    this.#ticker = new Ticker(ports.clock, options.intervalMs, () => this.#tick());
    this.#suppressed = ports.metrics.counter('repram_syncs_suppressed_total', 'SYNCs not answered a second time.');
  }

  start(): void {
    this.#ticker.start();
  }

  stop(): void {
    this.#ticker.stop();
  }

  /** Takes in one SYNC. */
  receive(message: SyncMessage): void {
    const { members } = this.#parts;
    const direct = message.from === message.nodeInfo.id;
    members.learn(message.nodeInfo, direct ? 'direct' : 'hearsay');
    members.heard(message.from);
    const member = members.get(message.from);
    if (direct && member !== undefined && member.state !== 'left') this.#answer(member);
  }

  /** Tells a member about this node, at most once per interval. */
  introduce(member: Member): void {
    if (!this.#due(this.#introducedMs, member.id)) return;
    void this.#parts.sender.send(member, this.#parts.composer.sync());
  }

  /** Forgets when a member was answered: it restarted, or came back, and knows nobody. */
  reset(id: string): void {
    this.#answeredMs.delete(id);
    this.#introducedMs.delete(id);
  }

  #answer(member: Member): void {
    if (!this.#due(this.#answeredMs, member.id)) {
      this.#suppressed.inc();
      return;
    }
    const others = this.#parts.members.live().filter((other) => other.id !== member.id);
    void this.#tellAll(member, others.map(memberInfo));
  }

  /** One SYNC a node, this one last, in order; gives up where the peer cannot be reached. */
  async #tellAll(member: Member, infos: readonly NodeInfo[]): Promise<void> {
    const { composer, sender } = this.#parts;
    for (const info of infos) {
      const outcome = await sender.send(member, composer.sync(info));
      if (outcome.kind !== 'ok') return;
    }
    await sender.send(member, composer.sync());
  }

  #tick(): void {
    const { members, sender, composer } = this.#parts;
    for (const times of [this.#answeredMs, this.#introducedMs]) {
      for (const id of times.keys()) if (members.get(id) === undefined) times.delete(id);
    }
    const live = members.live();
    if (live.length === 0) return;
    const partner = live[randomInt(this.#ports.rng, live.length)] as Member;
    void sender.send(partner, composer.sync());
  }

  #due(times: Map<string, number>, id: string): boolean {
    const nowMs = this.#ports.clock.monotonicMs();
    const lastMs = times.get(id);
    if (lastMs !== undefined && nowMs - lastMs < this.#options.intervalMs) return false;
    times.set(id, nowMs);
    return true;
  }
}
