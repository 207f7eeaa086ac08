import { MAX_CLOCK_SKEW_MS } from '../hybrid-clock.js';
import type { Clock } from '../ports/clock.js';
import { refute, type Self, selfInfo } from '../self.js';
import type { NodeInfo } from '../wire/message.js';
import type { News, Tombstone } from '../wire/news.js';
import { compareIncarnations } from './evidence.js';
import type { LocalHealth } from './local-health.js';
import { incarnationOf, isGone, lastSignMs, type Member, speaksExtension } from './member.js';
import type { MemberTable } from './member-table.js';
import type { NewsCarrier } from './news-carrier.js';
import type { Suspicions } from './suspicions.js';

/** Time between two answers to accusations that were refuted before, in milliseconds. */
const REASSERT_MS = 1000;

/** A member that never gave a sign of life has been silent for this long, in milliseconds. */
const LONGEST_SILENCE_MS: number = 24 * 60 * 60 * 1000;

type Claim = Extract<News, { readonly kind: 'suspect' | 'dead' }>;

interface RumoursOptions {
  /**
   * A sign of life is worth telling where it is later than what was known by this, in milliseconds. Above the time that
   * news takes to a member: on its way a sign of life does not age, and two members must not tell each other ever later
   * ones.
   */
  readonly laterByMs: number;
}

interface RumoursParts {
  readonly members: MemberTable;
  readonly suspicions: Suspicions;
  readonly carrier: NewsCarrier;
  readonly health: LocalHealth;
  /** There is more against a suspect: is it enough? Somebody holds it for dead: look for yourself. */
  readonly judge: (member: Member) => void;
  readonly verify: (member: Member) => void;
  /** An operator removed this node. */
  readonly removed: (tombstone: Tombstone) => void;
}

/**
 * What members tell of members. It is passed on only where it is news here, so that each item ends with the last node that
 * did not know it.
 *
 * Nobody is believed that a member is dead: it is suspected, probed from here, and told; this node tells of itself that it
 * lives. Who says that somebody left is believed, as whoever left would be: a node that did not contradicts.
 */
export class Rumours {
  readonly #clock: Clock;
  readonly #self: Self;
  readonly #options: RumoursOptions;
  readonly #parts: RumoursParts;
  #reassertedMs = Number.NEGATIVE_INFINITY;

  constructor(ports: { readonly clock: Clock }, self: Self, options: RumoursOptions, parts: RumoursParts) {
    this.#clock = ports.clock;
    this.#self = self;
    this.#options = options;
    this.#parts = parts;
  }

  /** Takes in news. Never throws. */
  receive(news: readonly News[]): void {
    for (const item of news) this.#take(item);
  }

  /** A member holds this node for suspect, or dead, in `incarnation`: a later one tells it otherwise. */
  accused(incarnation: number): void {
    if (incarnation > this.#self.incarnation || this.#self.leaving) return;
    if (refute(this.#self, incarnation)) this.#parts.health.doubted();
    else if (!this.#mayReassert()) return;
    this.#parts.carrier.tell({ kind: 'alive', info: selfInfo(this.#self) });
  }

  /**
   * A member has left: it said so, or somebody who heard it. Not believed of an earlier incarnation than is known, so that
   * a late goodbye does not end a node that has come back. A later one may have been taken to refute, just before.
   */
  goodbye(id: string, incarnation: number): void {
    const member = this.#parts.members.get(id);
    if (member === undefined || !speaksExtension(member) || incarnation < member.extension.incarnation) return;
    this.#parts.members.leave(id, incarnation);
  }

  /** Whoever still speaks of an earlier incarnation is late, as a rule: the refutation is under way. */
  #mayReassert(): boolean {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#reassertedMs < REASSERT_MS) return false;
    this.#reassertedMs = nowMs;
    return true;
  }

  /** This node has struck a member that it did not suspect of its own before. */
  suspect(member: Member): void {
    this.#parts.carrier.tell(this.#claim('suspect', member));
  }

  /** What the change of a member is to others. */
  dead(member: Member): void {
    this.#parts.carrier.tell(this.#claim('dead', member));
  }

  alive(info: NodeInfo): void {
    if (info.extension !== undefined) this.#parts.carrier.tell({ kind: 'alive', info });
  }

  left(member: Member): void {
    this.#parts.carrier.tell({ kind: 'left', id: member.id, incarnation: incarnationOf(member) });
  }

  removed(tombstone: Tombstone): void {
    this.#parts.carrier.tell({ kind: 'removed', tombstone });
  }

  #take(news: News): void {
    switch (news.kind) {
      case 'alive':
        return this.#takeAlive(news.info);
      case 'suspect':
      case 'dead':
        return news.id === this.#self.id ? this.accused(news.incarnation) : this.#takeClaim(news);
      case 'heard':
        return this.#takeHeard(news.id, news.incarnation, news.silentMs);
      case 'left':
        return news.id === this.#self.id ? this.accused(news.incarnation) : this.goodbye(news.id, news.incarnation);
      case 'removed':
        return this.#takeRemoved(news.tombstone);
    }
  }

  #takeAlive(info: NodeInfo): void {
    const known = this.#parts.members.get(info.id);
    const isNews = known === undefined || compareIncarnations(info, known) === 'later';
    if (this.#parts.members.learn(info, 'hearsay') && isNews) this.alive(info);
  }

  #takeClaim(claim: Claim): void {
    const { members, suspicions, carrier, judge, verify } = this.#parts;
    const member = members.get(claim.id);
    // This node's own claim comes back, at times when the member has answered it since.
    if (member === undefined || claim.by === this.#self.id || !this.#concerns(claim, member)) return;
    members.accuse(member.id);
    if (member.state !== 'suspect') return;
    this.#takeHeard(claim.id, claim.incarnation, claim.silentMs);
    if (!this.#isWitness(claim) || !suspicions.confirm(member.id, claim.by, claim.kind)) return;
    // Of a later incarnation than this node knows, a claim would bar the word of the one that there is.
    carrier.tell({ ...claim, incarnation: incarnationOf(member) });
    if (claim.kind === 'dead') verify(member);
    judge(member);
  }

  /** A claim about an earlier incarnation was refuted before it came. */
  #concerns(claim: Claim, member: Member): boolean {
    return claim.incarnation >= incarnationOf(member) && !isGone(member) && member.state !== 'dead';
  }

  /** Only the word of a member counts, of somebody else, and once each. */
  #isWitness({ id, by }: Claim): boolean {
    return by !== id && this.#parts.members.get(by)?.state === 'alive';
  }

  /** Whoever had a later sign of life of a suspect than what is told says so. */
  #takeHeard(id: string, incarnation: number, silentMs: number): void {
    const { members, suspicions, carrier } = this.#parts;
    const { laterByMs } = this.#options;
    const member = members.get(id);
    if (member?.state !== 'suspect' || incarnation < incarnationOf(member)) return;
    const nowMs = this.#clock.monotonicMs();
    const told = { kind: 'heard', id, incarnation: incarnationOf(member) } as const;
    const ownMs = lastSignMs(member);
    const toldMs = nowMs - silentMs;
    const isNews = suspicions.heard(id, Math.max(toldMs, ownMs), laterByMs);
    if (ownMs >= toldMs + laterByMs) carrier.tell({ ...told, silentMs: silenceOf(nowMs, ownMs) });
    else if (isNews) carrier.tell({ ...told, silentMs });
  }

  #takeRemoved(told: Tombstone): void {
    const { members, removed } = this.#parts;
    const nowMs = this.#clock.nowMs();
    if (told.id === this.#self.id) {
      if (nowMs < told.expiresAtMs && told.incarnation >= this.#self.incarnation) removed(told);
      return;
    }
    const known = members.get(told.id);
    // One of an incarnation that no process has yet would bar those that are still to come.
    const mostMs = Math.max(known === undefined ? 0 : incarnationOf(known), nowMs + MAX_CLOCK_SKEW_MS);
    const tombstone = { ...told, incarnation: Math.min(told.incarnation, mostMs) };
    if (members.remove(tombstone)) this.removed(members.tombstones.get(told.id) ?? tombstone);
  }

  #claim(kind: Claim['kind'], member: Member): Claim {
    const silentMs = silenceOf(this.#clock.monotonicMs(), lastSignMs(member));
    return { kind, id: member.id, incarnation: incarnationOf(member), by: this.#self.id, silentMs };
  }
}

function silenceOf(nowMs: number, lastMs: number): number {
  return Math.round(Math.min(LONGEST_SILENCE_MS, Math.max(0, nowMs - lastMs)));
}
