import { sameHostPort } from '../address.js';
import type { Clock } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import type { Self } from '../self.js';
import type { NodeInfo } from '../wire/message.js';
import type { Tombstone } from '../wire/news.js';
import {
  accused,
  addressOf,
  answered,
  compareIncarnations,
  condemned,
  departed,
  type Evidence,
  introduced,
  isFromBeforeGoodbye,
  isSameProcess,
  mentioned,
  newMember,
  proof,
  protested,
  refuted,
  removed,
  renewed,
  replaced,
  spokeUp,
  struck,
  type Verdict,
  vouched,
} from './evidence.js';
import { FlapDamping } from './flap-damping.js';
import { incarnationOf, isGone, isLive, type Member } from './member.js';
import type { MemberEvent, MemberListener } from './member-event.js';
import { Tombstones } from './tombstones.js';

/** Most nodes known at a time, dead and left ones included. */
export const MAX_MEMBERS = 10_000;

/** How long a dead or departed member is remembered, in milliseconds. */
export const MEMORY_OF_THE_DEAD_MS: number = 24 * 60 * 60 * 1000;

type MutableMember = { -readonly [Field in keyof Member]: Member[Field] };

/**
 * Every node this one knows. Bounded by `MAX_MEMBERS`; where it is full, the longest gone make room, and rumours for
 * nodes that speak for themselves. A member that has spoken is never displaced while it lives, nor a dead one that
 * counts towards the quorum: a flood of rumours must not shrink it.
 */
export class MemberTable {
  readonly tombstones: Tombstones;
  readonly #clock: Clock;
  readonly #self: Self;
  readonly #members = new Map<string, MutableMember>();
  readonly #listeners: MemberListener[] = [];
  readonly #joins: Counter;
  readonly #evictions: Counter;
  readonly #refusedFull: Counter;
  readonly #barred: Counter;
  readonly #damping: FlapDamping;
  #live: readonly Member[] | undefined;
  #dead: readonly Member[] | undefined;
  #enclavePeers: readonly Member[] | undefined;
  #proven: ReadonlyMap<string, number> | undefined;
  /** Since the last change, no room was found for a rumour: another one need not look through the whole table. */
  #isCrowded = false;

  constructor(ports: { readonly clock: Clock; readonly metrics: Metrics }, self: Self) {
    this.#clock = ports.clock;
    this.#self = self;
    this.tombstones = new Tombstones(ports);
    this.#damping = new FlapDamping(ports.clock);
    this.#joins = ports.metrics.counter('repram_peer_joins_total', 'Nodes that became members or came back.');
    this.#evictions = ports.metrics.counter('repram_peer_evictions_total', 'Members evicted.');
    this.#refusedFull = ports.metrics.counter('repram_members_refused_total', 'Nodes not listed: the table is full.');
    this.#barred = ports.metrics.counter('repram_members_barred_total', 'Word of nodes that were removed, ignored.');
    ports.metrics.gauge('repram_peers_active', 'Members that are alive or suspect.', () => this.live().length);
    ports.metrics.gauge(
      'repram_peers_suspect',
      'Members with a strike against them.',
      () => this.live().filter((member) => member.state === 'suspect').length,
    );
    ports.metrics.gauge(
      'repram_quorum_basis',
      'Nodes of the enclave that a quorum is taken over, this one included.',
      () => this.quorumBasis(),
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
   * How many nodes the quorum of an enclave is taken over, this one included where it is its own: proven members, dead
   * ones too. An eviction does not shrink it, so a node that lost its peers cannot mistake itself for the whole enclave; leaving
   * and removal do.
   */
  quorumBasis(enclave: string = this.#self.enclave): number {
    this.#proven ??= provenByEnclave(this.#members.values());
    return (this.#proven.get(enclave) ?? 0) + Number(enclave === this.#self.enclave);
  }

  /**
   * Takes in what somebody says about a node. The incarnation of a member never goes down, whoever says so.
   *
   * @returns whether the node is, or may be, a member: not this node itself, nor one at its address, and there is room
   */
  learn(info: NodeInfo, evidence: Evidence): boolean {
    if (info.id === this.#self.id || sameHostPort(addressOf(info), this.#self.address)) return false;
    if (this.tombstones.bars(info)) {
      this.#barred.inc();
      return false;
    }
    const known = this.#members.get(info.id);
    if (known === undefined) return this.#add(info, evidence);
    const age = compareIncarnations(info, known);
    if (age === 'earlier' || isFromBeforeGoodbye(info, known)) return true;
    if (age === 'later') this.#renew(known, info, evidence);
    else if (evidence === 'direct') this.#introduce(known, info);
    else this.#mention(known, info);
    return true;
  }

  /** The member spoke to this node. */
  heard(id: string): void {
    const member = this.#members.get(id);
    if (member === undefined || isGone(member)) return;
    member.heardMs = this.#clock.monotonicMs();
    if (member.state === 'alive' && member.introduced) return;
    if (member.state === 'dead') this.#apply(member, { fields: { introduced: true }, kind: 'spoke' });
    else if (!member.introduced) this.#apply(member, { fields: { introduced: true } });
    else return this.#apply(member, spokeUp(member));
    this.#prove(member);
  }

  /** A request to the member was answered at its present address: the row of strikes is broken. */
  answered(id: string): void {
    const member = this.#members.get(id);
    if (member === undefined || isGone(member)) return;
    member.signOfLifeMs = this.#clock.monotonicMs();
    if (member.state === 'alive' && member.reachable && member.proven && member.strikes === 0) return;
    this.#apply(member, answered(member));
    this.#prove(member);
  }

  /** Another member was answered by this one, whom it asked for this node: it lives. */
  vouched(id: string): void {
    const member = this.#members.get(id);
    if (member === undefined || !isLive(member)) return;
    member.signOfLifeMs = this.#clock.monotonicMs();
    this.#apply(member, vouched(member));
  }

  /** A probe of the member failed; `certain` where it was refused or reset. The third such in a row evicts. */
  strike(id: string, certain: boolean): void {
    const member = this.#members.get(id);
    if (member !== undefined) this.#apply(member, struck(member, certain, this.#clock.monotonicMs()));
  }

  /** Another member says that this one does not answer: a suspicion, and no more. */
  accuse(id: string): void {
    const member = this.#members.get(id);
    if (member !== undefined) this.#apply(member, accused(member));
  }

  /** There is enough against a suspect, a failed probe of this node's own included: it is evicted. */
  condemn(id: string): void {
    const member = this.#members.get(id);
    if (member !== undefined) this.#apply(member, condemned(member));
  }

  /**
   * Takes in that a node was removed: no incarnation up to that of the tombstone is a member until it expires. Whether
   * that is news.
   */
  remove(tombstone: Tombstone): boolean {
    const isNews = this.tombstones.set(tombstone) === 'new';
    const member = this.#members.get(tombstone.id);
    if (member === undefined || member.state === 'removed') return isNews;
    if (incarnationOf(member) <= tombstone.incarnation && isNews) this.#apply(member, removed());
    return isNews;
  }

  /**
   * The member said in `incarnation`, or in the one that is known, that it leaves for good. Only a later one comes back,
   * or an older node in its place.
   */
  leave(id: string, incarnation = 0): void {
    const member = this.#members.get(id);
    if (member !== undefined && !isGone(member)) this.#apply(member, departed(member, incarnation));
  }

  /** Another node is where the member was. It comes back by introducing itself, should that have been a mistake. */
  replaced(id: string): void {
    const member = this.#members.get(id);
    if (member !== undefined && !isGone(member)) this.#apply(member, replaced());
  }

  /** Forgets dead and departed members, and tombstones, whose time is over. */
  forgetTheDead(): void {
    this.tombstones.expire();
    this.#damping.prune();
    const horizonMs = this.#clock.monotonicMs() - MEMORY_OF_THE_DEAD_MS;
    for (const member of this.#members.values()) {
      if (isLive(member) || member.sinceMs > horizonMs) continue;
      this.#members.delete(member.id);
      this.#invalidate();
    }
  }

  #add(info: NodeInfo, evidence: Evidence): boolean {
    if (this.#members.size >= MAX_MEMBERS && !this.#makeRoom(evidence)) {
      this.#refusedFull.inc();
      return false;
    }
    const member: MutableMember = newMember(info, evidence, this.#clock.monotonicMs());
    this.#members.set(member.id, member);
    this.#invalidate();
    this.#emit({ kind: 'joined', member });
    return true;
  }

  #introduce(known: MutableMember, info: NodeInfo): void {
    this.#apply(known, introduced(known, info, this.#clock.monotonicMs()));
    this.#prove(known);
  }

  #mention(known: MutableMember, info: NodeInfo): void {
    this.#apply(known, mentioned(known, info));
    if (known.state === 'dead') this.#emit({ kind: 'mentioned', member: known });
  }

  /** A later incarnation is about: of the same process, which refutes, or of one that took its place. */
  #renew(known: MutableMember, info: NodeInfo, evidence: Evidence): void {
    const isSame = isSameProcess(info, known);
    const verdictOf = isSame ? (known.state === 'dead' ? protested : refuted) : renewed;
    this.#apply(known, verdictOf(known, info, evidence, this.#clock.monotonicMs()));
    this.#prove(known);
  }

  #prove(member: MutableMember): void {
    const verdict = proof(member);
    if (verdict?.kind === 'returned' && !this.#damping.admits(member.id, member.sinceMs)) return;
    this.#apply(member, verdict);
  }

  /**
   * Forgets the longest gone that never was proven; for a node that speaks for itself, else one that is only rumoured.
   */
  #makeRoom(evidence: Evidence): boolean {
    if (this.#isCrowded && evidence === 'hearsay') return false;
    const unproven = [...this.#members.values()].filter((member) => !member.proven);
    const gone = longestGone(unproven);
    this.#isCrowded = gone === undefined;
    const rumoured = evidence === 'direct' ? unproven.find((member) => !member.introduced) : undefined;
    const displaced = gone ?? rumoured;
    return displaced !== undefined && this.#members.delete(displaced.id);
  }

  #apply(member: MutableMember, verdict: Verdict | undefined): void {
    if (verdict === undefined) return;
    const { fields, kind } = verdict;
    const previous = kind && { ...member };
    const entersState = fields.state !== undefined && fields.state !== member.state;
    const { proven, enclave } = member;
    Object.assign(member, fields);
    if (entersState) member.sinceMs = this.#clock.monotonicMs();
    // Every message of a member is news of it; only what the lists are made by costs making them again.
    if (entersState || member.proven !== proven || member.enclave !== enclave) this.#invalidate();
    if (kind !== undefined && previous !== undefined) this.#emit({ kind, member, previous });
  }

  #invalidate(): void {
    this.#live = undefined;
    this.#dead = undefined;
    this.#enclavePeers = undefined;
    this.#proven = undefined;
    this.#isCrowded = false;
  }

  #emit(event: MemberEvent): void {
    if (event.kind === 'joined' || event.kind === 'returned') this.#joins.inc();
    if (event.kind === 'evicted') this.#evictions.inc();
    for (const listener of this.#listeners) listener(event);
  }
}

function longestGone(members: readonly Member[]): Member | undefined {
  let longest: Member | undefined;
  for (const member of members) {
    if (!isLive(member) && (longest === undefined || member.sinceMs < longest.sinceMs)) longest = member;
  }
  return longest;
}

/** Members that have proved to be there and are not gone, by enclave. */
function provenByEnclave(members: Iterable<Member>): ReadonlyMap<string, number> {
  const proven = new Map<string, number>();
  for (const member of members) {
    if (member.proven && !isGone(member)) proven.set(member.enclave, (proven.get(member.enclave) ?? 0) + 1);
  }
  return proven;
}
