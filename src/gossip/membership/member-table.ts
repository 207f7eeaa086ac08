import { type HostPort, sameHostPort } from '../address.js';
import type { Clock } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import type { Self } from '../self.js';
import type { NodeInfo } from '../wire/message.js';
import { isLive, type Member } from './member.js';
import type { MemberEvent, MemberListener } from './member-event.js';

/** Strikes in a row that evict. */
export const STRIKES_TO_EVICT = 3;

/** Most nodes known at a time, dead and left ones included. */
export const MAX_MEMBERS = 10_000;

/** How long a dead or departed member is remembered, in milliseconds. */
export const MEMORY_OF_THE_DEAD_MS: number = 24 * 60 * 60 * 1000;

/** Who says it: the node itself, or anybody else about it. */
export type Evidence = 'direct' | 'hearsay';

type MutableMember = { -readonly [Field in keyof Member]: Member[Field] };

/** Negative where `info` is older news than what is known; zero where either names no incarnation. */
function compareIncarnations(info: NodeInfo, known: Member): number {
  if (info.extension === undefined || known.extension === undefined) return 0;
  return info.extension.incarnation - known.extension.incarnation;
}

function addressOf(info: NodeInfo): HostPort {
  return { host: info.address, port: info.httpPort };
}

/**
 * What `info` changes about a member; the address object stays the same where the address does. Where an older node has
 * taken the place of one of ours, the incarnation stays, as a bound on what may come after.
 */
function detailsOf(info: NodeInfo, known: Member): Pick<Member, 'address' | 'gossipPort' | 'enclave' | 'extension'> {
  const address = addressOf(info);
  return {
    address: sameHostPort(address, known.address) ? known.address : address,
    gossipPort: info.port,
    enclave: info.enclave,
    extension: info.extension ?? known.extension,
  };
}

/**
 * Every node this one knows. Bounded by `MAX_MEMBERS`; where it is full, the longest gone make room, and rumours for nodes
 * that speak for themselves. A member that has spoken is never displaced while it lives, nor a dead one that counts towards
 * the quorum: a flood of rumours must not shrink it.
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
      if (member.enclave === this.#self.enclave && member.state !== 'left' && member.proven) basis++;
    }
    this.#quorumBasis = basis;
    return basis;
  }

  /**
   * Takes in what somebody says about a node. The incarnation of a member never goes down, whoever says so.
   *
   * @returns whether the node is, or may be, a member: not this node itself, nor one at its address, and there is room
   */
  learn(info: NodeInfo, evidence: Evidence): boolean {
    if (info.id === this.#self.id || sameHostPort(addressOf(info), this.#self.address)) return false;
    const known = this.#members.get(info.id);
    if (known === undefined) return this.#add(info, evidence);
    const age = compareIncarnations(info, known);
    const isLate = age === 0 && known.saidGoodbye && info.extension !== undefined;
    if (age < 0 || isLate) return true;
    if (age > 0) this.#renew(known, info, evidence);
    else if (evidence === 'direct') this.#introduce(known, info);
    else this.#mention(known, info);
    return true;
  }

  /** The member spoke to this node. */
  heard(id: string): void {
    const member = this.#members.get(id);
    if (member === undefined || member.state === 'left') return;
    member.heardMs = this.#clock.monotonicMs();
    if (member.state === 'dead') this.#transition(member, { introduced: true }, 'spoke');
    else if (!member.introduced) this.#change(member, { introduced: true });
    else return;
    this.#prove(member);
  }

  /** A request to the member was answered at its present address: the row of strikes is broken. */
  answered(id: string): void {
    const member = this.#members.get(id);
    if (member === undefined || member.state === 'left') return;
    if (member.state === 'suspect') {
      this.#transition(member, { state: 'alive', strikes: 0, reachable: true }, 'cleared');
    } else if (!member.reachable || member.state === 'dead') {
      this.#change(member, { reachable: true });
    }
    this.#prove(member);
  }

  /** A probe of the member failed. The third in a row evicts. */
  strike(id: string): void {
    const member = this.#members.get(id);
    if (member === undefined || !isLive(member)) return;
    const strikes = member.strikes + 1;
    member.struckMs = this.#clock.monotonicMs();
    if (strikes >= STRIKES_TO_EVICT) {
      this.#evictions.inc();
      this.#transition(member, { state: 'dead', strikes, reachable: false }, 'evicted');
    } else if (member.state === 'alive') {
      this.#transition(member, { state: 'suspect', strikes }, 'suspected');
    } else {
      this.#change(member, { strikes });
    }
  }

  /** The member said that it leaves for good. Only its next incarnation comes back, or an older node in its place. */
  leave(id: string): void {
    this.#depart(id, true);
  }

  /** Another node is where the member was. It comes back by introducing itself, should that have been a mistake. */
  replaced(id: string): void {
    this.#depart(id, false);
  }

  /** Forgets dead and departed members whose time is over. */
  forgetTheDead(): void {
    const horizonMs = this.#clock.monotonicMs() - MEMORY_OF_THE_DEAD_MS;
    for (const member of this.#members.values()) {
      if (!isLive(member) && member.sinceMs <= horizonMs) this.#members.delete(member.id);
    }
    this.#invalidate();
  }

  #add(info: NodeInfo, evidence: Evidence): boolean {
    if (this.#members.size >= MAX_MEMBERS && !this.#makeRoom(evidence)) {
      this.#refusedFull.inc();
      return false;
    }
    const nowMs = this.#clock.monotonicMs();
    const member: MutableMember = {
      id: info.id,
      address: addressOf(info),
      gossipPort: info.port,
      enclave: info.enclave,
      extension: info.extension,
      state: 'alive',
      sinceMs: nowMs,
      strikes: 0,
      struckMs: Number.NEGATIVE_INFINITY,
      introduced: evidence === 'direct',
      reachable: false,
      proven: false,
      saidGoodbye: false,
      heardMs: evidence === 'direct' ? nowMs : Number.NEGATIVE_INFINITY,
    };
    this.#joins.inc();
    this.#members.set(member.id, member);
    this.#invalidate();
    this.#emit({ kind: 'joined', member });
    return true;
  }

  /** News of a later incarnation: whatever was thought of the former one is over. */
  #renew(known: MutableMember, info: NodeInfo, evidence: Evidence): void {
    const direct = evidence === 'direct';
    const wasLive = isLive(known);
    const moved = !sameHostPort(addressOf(info), known.address);
    const change = {
      ...detailsOf(info, known),
      state: 'alive',
      strikes: 0,
      introduced: direct,
      reachable: false,
      saidGoodbye: false,
      heardMs: direct ? this.#clock.monotonicMs() : known.heardMs,
    } as const;
    if (!wasLive) this.#joins.inc();
    this.#transition(known, change, wasLive ? (moved ? 'moved' : 'restarted') : 'returned');
  }

  /** A known node introduces itself. One held for dead must answer, too, before it is believed to live. */
  #introduce(known: MutableMember, info: NodeInfo): void {
    const moved = !sameHostPort(addressOf(info), known.address);
    const change = {
      ...detailsOf(info, known),
      introduced: true,
      reachable: known.reachable && !moved,
      saidGoodbye: false,
      heardMs: this.#clock.monotonicMs(),
    };
    if (known.state === 'left') {
      this.#joins.inc();
      this.#transition(known, { ...change, state: 'alive', strikes: 0 }, 'joined');
    } else if (known.state === 'dead') {
      this.#transition(known, change, 'spoke');
      this.#prove(known);
    } else if (moved) {
      this.#transition(known, { ...change, state: 'alive', strikes: 0 }, 'moved');
    } else {
      this.#change(known, change);
      this.#prove(known);
    }
  }

  /** Hearsay that is no news: it moves only members in trouble that cannot speak of incarnations, and revives none. */
  #mention(known: MutableMember, info: NodeInfo): void {
    if (known.state === 'left') return;
    const settled = known.state === 'alive' && known.reachable;
    const moved = !sameHostPort(addressOf(info), known.address);
    if (moved && !settled && known.extension === undefined) {
      this.#transition(known, { address: addressOf(info), gossipPort: info.port, reachable: false }, 'moved');
    }
    if (known.state === 'dead') this.#emit({ kind: 'mentioned', member: known });
  }

  /** A member that has spoken and answers is there; a dead one must have done both since it died. */
  #prove(member: MutableMember): void {
    if (!member.introduced || !member.reachable) return;
    if (!member.proven) this.#change(member, { proven: true });
    if (member.state !== 'dead' || member.heardMs < member.sinceMs) return;
    this.#joins.inc();
    this.#transition(member, { state: 'alive', strikes: 0 }, 'returned');
  }

  #depart(id: string, saidGoodbye: boolean): void {
    const member = this.#members.get(id);
    if (member === undefined || member.state === 'left') return;
    const change = { state: 'left', reachable: false, introduced: false, proven: false, saidGoodbye } as const;
    this.#transition(member, change, 'left');
  }

  /** Forgets the longest gone that never was proven; for a node that speaks for itself, else one that is only rumoured. */
  #makeRoom(evidence: Evidence): boolean {
    let gone: Member | undefined;
    let rumoured: Member | undefined;
    for (const member of this.#members.values()) {
      if (member.proven) continue;
      if (isLive(member)) rumoured ??= member.introduced ? undefined : member;
      else if (gone === undefined || member.sinceMs < gone.sinceMs) gone = member;
    }
    const displaced = gone ?? (evidence === 'direct' ? rumoured : undefined);
    return displaced !== undefined && this.#members.delete(displaced.id);
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
