import { sameHostPort } from '../address.js';
import type { Clock } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import type { Self } from '../self.js';
import type { NodeInfo } from '../wire/message.js';
import { isLive, isProven, type Member } from './member.js';
import type { MemberEvent, MemberListener } from './member-event.js';

/** Strikes in a row that evict. */
export const STRIKES_TO_EVICT = 3;

/** Most nodes known at a time, dead and left ones included. */
export const MAX_MEMBERS = 10_000;

/** How long a dead or departed member is remembered, in milliseconds. */
export const MEMORY_OF_THE_DEAD_MS: number = 24 * 60 * 60 * 1000;

/** Who says it: the node itself, or anybody else about it. */
export type Evidence = 'direct' | 'hearsay';

/**
 * - `joined`, `returned`, `moved`: the table changed, and the member wants a probe.
 * - `known`: nothing new.
 * - `doubtful`: hearsay of a node held for dead; only its own answer brings it back.
 * - `refused`: this node itself, its address, or no room.
 */
export type LearnOutcome = 'joined' | 'returned' | 'moved' | 'known' | 'doubtful' | 'refused';

type MutableMember = { -readonly [Field in keyof Member]: Member[Field] };

/** Negative where `info` is older news than what is known; zero where either names no incarnation. */
function compareIncarnations(info: NodeInfo, known: Member): number {
  if (info.extension === undefined || known.extension === undefined) return 0;
  return info.extension.incarnation - known.extension.incarnation;
}

/**
 * Every node this one knows. Bounded by `MAX_MEMBERS`; where it is full, the longest gone make room, and a live member is
 * never displaced.
 */
export class MemberTable {
  readonly #clock: Clock;
  readonly #self: Self;
  readonly #members = new Map<string, MutableMember>();
  readonly #listeners: MemberListener[] = [];
  readonly #joins: Counter;
  readonly #evictions: Counter;
  readonly #refusedFull: Counter;
  #live: readonly Member[] | undefined;
  #dead: readonly Member[] | undefined;
  #enclavePeers: readonly Member[] | undefined;
  #quorumBasis: number | undefined;

  constructor(ports: { readonly clock: Clock; readonly metrics: Metrics }, self: Self) {
    this.#clock = ports.clock;
    this.#self = self;
    this.#joins = ports.metrics.counter('repram_peer_joins_total', 'Nodes that became members or came back.');
    this.#evictions = ports.metrics.counter('repram_peer_evictions_total', 'Members evicted after three strikes.');
    this.#refusedFull = ports.metrics.counter('repram_members_refused_total', 'Nodes not listed: the table is full.');
    ports.metrics.gauge('repram_peers_active', 'Members that are alive or suspect.', () => this.live().length);
    ports.metrics.gauge(
      'repram_peers_suspect',
      'Members with a strike against them.',
      () => this.live().filter((member) => member.state === 'suspect').length,
    );
    ports.metrics.gauge('repram_peers_dead', 'Evicted members that are remembered.', () => this.dead().length);
  }

  subscribe(listener: MemberListener): void {
    this.#listeners.push(listener);
  }

  get(id: string): Member | undefined {
    return this.#members.get(id);
  }

  /** All that are remembered, dead and left ones included. */
  all(): Iterable<Member> {
    return this.#members.values();
  }

  /** Alive and suspect members. The array is shared: do not change it. */
  live(): readonly Member[] {
    this.#live ??= [...this.#members.values()].filter(isLive);
    return this.#live;
  }

  /** Evicted members that are remembered. */
  dead(): readonly Member[] {
    this.#dead ??= [...this.#members.values()].filter((member) => member.state === 'dead');
    return this.#dead;
  }

  /** Live members of this node's enclave. The array is shared: do not change it. */
  enclavePeers(): readonly Member[] {
    this.#enclavePeers ??= this.live().filter((member) => member.enclave === this.#self.enclave);
    return this.#enclavePeers;
  }

  /**
   * How many nodes the quorum is taken over, this one included: proven members of the enclave, dead ones too. An eviction
   * does not shrink it, so a node that lost its peers cannot mistake itself for the whole enclave; leaving does.
   */
  quorumBasis(): number {
    if (this.#quorumBasis !== undefined) return this.#quorumBasis;
    let basis = 1;
    for (const member of this.#members.values()) {
      if (member.enclave === this.#self.enclave && member.state !== 'left' && isProven(member)) basis++;
    }
    this.#quorumBasis = basis;
    return basis;
  }

  /** Takes in what somebody says about a node. The incarnation of a member never goes down, whoever says so. */
  learn(info: NodeInfo, evidence: Evidence): LearnOutcome {
    const address = { host: info.address, port: info.httpPort };
    if (info.id === this.#self.id || sameHostPort(address, this.#self.address)) return 'refused';
    const known = this.#members.get(info.id);
    if (known === undefined) return this.#add(info, evidence);
    const age = compareIncarnations(info, known);
    const saidGoodbye = known.state === 'left' && known.extension !== undefined;
    if (age < 0 || (age === 0 && saidGoodbye)) return 'known';
    return evidence === 'direct' || age > 0 ? this.#update(known, info, evidence) : this.#hear(known, info);
  }

  /** The member spoke to this node. */
  heard(id: string): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    member.heardMs = this.#clock.monotonicMs();
    if (!member.introduced) this.#change(member, { introduced: true });
  }

  /**
   * A request to a live member was answered at its present address: the row of strikes is broken. A dead one comes back
   * only by speaking for itself: whoever answers at its old address may be somebody else.
   */
  answered(id: string): void {
    const member = this.#members.get(id);
    if (member === undefined || !isLive(member)) return;
    if (member.state === 'suspect') {
      this.#transition(member, { state: 'alive', strikes: 0, reachable: true }, 'cleared');
    } else if (!member.reachable) {
      this.#change(member, { reachable: true });
    }
  }

  /** A probe of the member failed. The third in a row evicts. */
  strike(id: string): void {
    const member = this.#members.get(id);
    if (member === undefined || !isLive(member)) return;
    const strikes = member.strikes + 1;
    if (strikes >= STRIKES_TO_EVICT) {
      this.#evictions.inc();
      this.#transition(member, { state: 'dead', strikes }, 'evicted');
    } else if (member.state === 'alive') {
      this.#transition(member, { state: 'suspect', strikes }, 'suspected');
    } else {
      this.#change(member, { strikes });
    }
  }

  /** The member is gone for good. Only its next incarnation comes back, or an older node that introduces itself again. */
  leave(id: string): void {
    const member = this.#members.get(id);
    if (member === undefined || member.state === 'left') return;
    this.#transition(member, { state: 'left', reachable: false, introduced: false }, 'left');
  }

  /** Forgets dead and departed members whose time is over. */
  forgetTheDead(): void {
    const horizonMs = this.#clock.monotonicMs() - MEMORY_OF_THE_DEAD_MS;
    for (const member of this.#members.values()) {
      if (!isLive(member) && member.sinceMs <= horizonMs) this.#members.delete(member.id);
    }
    this.#invalidate();
  }

  #add(info: NodeInfo, evidence: Evidence): LearnOutcome {
    if (this.#members.size >= MAX_MEMBERS && !this.#makeRoom()) {
      this.#refusedFull.inc();
      return 'refused';
    }
    const nowMs = this.#clock.monotonicMs();
    const member: MutableMember = {
      id: info.id,
      address: { host: info.address, port: info.httpPort },
      gossipPort: info.port,
      enclave: info.enclave,
      extension: info.extension,
      state: 'alive',
      sinceMs: nowMs,
      strikes: 0,
      introduced: evidence === 'direct',
      reachable: false,
      heardMs: evidence === 'direct' ? nowMs : Number.NEGATIVE_INFINITY,
    };
    this.#joins.inc();
    this.#members.set(member.id, member);
    this.#invalidate();
    this.#emit({ kind: 'joined', member });
    return 'joined';
  }

  /** Hearsay that is not newer than what is known: it moves only members that are in trouble, and revives none. */
  #hear(known: MutableMember, info: NodeInfo): LearnOutcome {
    if (known.state === 'left') return 'known';
    const address = { host: info.address, port: info.httpPort };
    const settled = known.state === 'alive' && known.reachable;
    if (!settled && known.extension === undefined && !sameHostPort(address, known.address)) {
      this.#transition(known, { address, gossipPort: info.port, reachable: false }, 'moved');
      if (isLive(known)) return 'moved';
    }
    return isLive(known) ? 'known' : 'doubtful';
  }

  #update(known: MutableMember, info: NodeInfo, evidence: Evidence): LearnOutcome {
    const direct = evidence === 'direct';
    const address = { host: info.address, port: info.httpPort };
    const moved = !sameHostPort(address, known.address);
    const restarted = info.extension?.instance !== known.extension?.instance;
    const change = {
      address: moved ? address : known.address,
      gossipPort: info.port,
      enclave: info.enclave,
      extension: info.extension,
      reachable: known.reachable && !moved && isLive(known),
      introduced: direct || (known.introduced && !restarted),
      heardMs: direct ? this.#clock.monotonicMs() : known.heardMs,
    };
    if (!isLive(known)) {
      this.#joins.inc();
      this.#transition(known, { ...change, state: 'alive', strikes: 0 }, 'returned');
      return 'returned';
    }
    if (moved) {
      this.#transition(known, { ...change, state: 'alive', strikes: 0 }, 'moved');
      return 'moved';
    }
    this.#change(known, change);
    return 'known';
  }

  #makeRoom(): boolean {
    let oldest: Member | undefined;
    for (const member of this.#members.values()) {
      if (!isLive(member) && (oldest === undefined || member.sinceMs < oldest.sinceMs)) oldest = member;
    }
    return oldest !== undefined && this.#members.delete(oldest.id);
  }

  #transition(member: MutableMember, change: Partial<Member>, kind: MemberEvent['kind']): void {
    const previous = { ...member };
    const entersState = change.state !== undefined && change.state !== member.state;
    this.#change(member, entersState ? { ...change, sinceMs: this.#clock.monotonicMs() } : change);
    this.#emit({ kind, member, previous });
  }

  #change(member: MutableMember, change: Partial<Member>): void {
    Object.assign(member, change);
    this.#invalidate();
  }

  #invalidate(): void {
    this.#live = undefined;
    this.#dead = undefined;
    this.#enclavePeers = undefined;
    this.#quorumBasis = undefined;
  }

  #emit(event: MemberEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
