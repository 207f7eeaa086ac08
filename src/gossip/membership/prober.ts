import { sameHostPort } from '../address.js';
import type { Clock, Timer } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import type { Rng } from '../ports/rng.js';
import { Ticker } from '../ticker.js';
import { STRIKES_TO_EVICT } from './evidence.js';
import type { LocalHealth } from './local-health.js';
import { isLive, type Member } from './member.js';
import type { MemberTable } from './member-table.js';
import { ProbeLane } from './probe-lane.js';
import { ProbeOrder } from './probe-order.js';
import type { ProbeRound, RoundResult } from './probe-round.js';
import { SearchForTheLost } from './search-for-the-lost.js';
import type { SuspicionWatch } from './suspicion-watch.js';

/**
 * Most probes under way at a time, of proven members and of other nodes each: however many nodes are rumoured, they do
 * not hold up the probing of members.
 */
export const MAX_PROBES_IN_FLIGHT = 64;

/** Time between two probes of a dead member that hearsay keeps mentioning, in milliseconds. */
export const DOUBTFUL_PROBE_INTERVAL_MS = 10_000;

/** How long a member must be silent before another node at its address counts as its successor, in milliseconds. */
export const SUCCESSION_SILENCE_MS = 60_000;

export interface ProberOptions {
  /** Time between two probes in the round, in milliseconds. */
  readonly periodMs: number;
  /** How long a member has to answer, in milliseconds. */
  readonly timeoutMs: number;
}

interface ProberPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  readonly metrics: Metrics;
}

interface ProberParts {
  readonly members: MemberTable;
  readonly round: ProbeRound;
  readonly watch: SuspicionWatch;
  readonly health: LocalHealth;
  /** Tells a member who answers, but seems not to know this node, about this node. */
  readonly introduce: (member: Member) => void;
}

/**
 * Whom the failure detector probes, and when: one member a period in random round robin, every suspect of this node's own
 * besides, and at once whoever is new or whose connection dropped. The lost are tried, too: a node that restarted without
 * seeds, or was on the other side of a partition, is found again only so.
 */
export class Prober {
  readonly #ports: ProberPorts;
  readonly #options: ProberOptions;
  readonly #members: MemberTable;
  readonly #parts: ProberParts;
  readonly #order: ProbeOrder;
  readonly #lost: SearchForTheLost;
  readonly #ticker: Ticker;
  readonly #failures: Counter;
  readonly #congestions: Counter;
  readonly #provenLane = new ProbeLane(MAX_PROBES_IN_FLIGHT);
  readonly #strangerLane = new ProbeLane(MAX_PROBES_IN_FLIGHT);
  /** When each member was last probed for a hint, within the last period. Bounded by the member table. */
  readonly #hintedMs = new Map<string, number>();
  /** Members of which another hint came within the period. Bounded by the member table: emptied on every tick. */
  readonly #hinted = new Set<string>();
  /** When each dead member was last given a chance. Bounded by the member table: pruned on every tick. */
  readonly #doubtedMs = new Map<string, number>();

  /** Second looks at members that refused, by id. Bounded by the member table: one each, and each ends by itself. */
  readonly #secondLooks = new Map<string, Timer>();
  #stopped = false;

  constructor(ports: ProberPorts, options: ProberOptions, parts: ProberParts) {
    this.#ports = ports;
    this.#options = options;
    this.#members = parts.members;
    this.#parts = parts;
    this.#order = new ProbeOrder(ports.rng);
    this.#lost = new SearchForTheLost(ports, parts.members);
    this.#ticker = new Ticker(ports.clock, options.periodMs, () => this.#tick());
    this.#failures = ports.metrics.counter('repram_ping_failures_total', 'Probes that counted as a strike.');
    this.#congestions = ports.metrics.counter(
      'repram_probes_queued_total',
      'Times that probes had to wait, because too many were under way.',
    );
  }

  start(): void {
    this.#stopped = false;
    this.#ticker.start();
  }

  stop(): void {
    this.#stopped = true;
    this.#ticker.stop();
    this.#provenLane.clear();
    this.#strangerLane.clear();
    this.#hinted.clear();
    for (const timer of this.#secondLooks.values()) timer.cancel();
    this.#secondLooks.clear();
  }

  /** Probes a member ahead of its turn, and after a probe under way: it is new, or there is news of it. */
  soon(id: string): void {
    const member = this.#members.get(id);
    if (member === undefined || this.#stopped) return;
    this.#laneOf(member).add(id);
    this.#work(this.#laneOf(member));
  }

  /**
   * Something hints that a member's state is not what it was: its connection dropped, or it speaks though it is dead.
   * It is probed at once, and for further hints at the next tick: a peer that ends the connection after each answer, or
   * speaks without end and cannot be reached, is not probed without end.
   */
  hint(id: string): void {
    const nowMs = this.#ports.clock.monotonicMs();
    const lastMs = this.#hintedMs.get(id);
    if (lastMs !== undefined && nowMs - lastMs < this.#options.periodMs) {
      this.#hinted.add(id);
      return;
    }
    this.#hintedMs.set(id, nowMs);
    this.soon(id);
  }

  /** Somebody mentions a member held for dead: look for yourself, but not at every mention. */
  doubt(id: string): void {
    const nowMs = this.#ports.clock.monotonicMs();
    const lastMs = this.#doubtedMs.get(id);
    if (lastMs !== undefined && nowMs - lastMs < DOUBTFUL_PROBE_INTERVAL_MS) return;
    this.#doubtedMs.set(id, nowMs);
    this.soon(id);
  }

  #tick(): void {
    this.#members.forgetTheDead();
    for (const id of this.#doubtedMs.keys()) if (this.#members.get(id)?.state !== 'dead') this.#doubtedMs.delete(id);
    this.#followHints();
    const live = this.#members.live();
    for (const member of live) if (member.state === 'suspect') this.#enqueueSuspect(member);
    const next = this.#order.next(live, (member) => member.state === 'alive');
    if (next !== undefined) this.#enqueue(next);
    const lost = this.#lost.next();
    if (lost !== undefined) this.#enqueue(lost);
    this.#work(this.#provenLane);
    this.#work(this.#strangerLane);
  }

  #followHints(): void {
    const nowMs = this.#ports.clock.monotonicMs();
    for (const [id, atMs] of this.#hintedMs) if (nowMs - atMs >= this.#options.periodMs) this.#hintedMs.delete(id);
    for (const id of this.#hinted) {
      this.#hintedMs.set(id, nowMs);
      this.soon(id);
    }
    this.#hinted.clear();
  }

  /** For its regular turn, which is over where the last one still is under way. */
  #enqueue(member: Member): void {
    const lane = this.#laneOf(member);
    if (!lane.isUnderProbe(member.id)) lane.add(member.id);
  }

  #enqueueSuspect(member: Member): void {
    if (!this.#secondLooks.has(member.id) && this.#parts.watch.wantsProbe(member)) this.#enqueue(member);
  }

  #laneOf(member: Member): ProbeLane {
    return member.proven ? this.#provenLane : this.#strangerLane;
  }

  #work(lane: ProbeLane): void {
    for (let id = lane.next(); id !== undefined; id = lane.next()) {
      const member = this.#members.get(id);
      if (member === undefined) lane.done(id);
      else void this.#probe(member).then(() => this.#probed(lane, member.id));
    }
    if (lane.isCongested) this.#congestions.inc();
  }

  #probed(lane: ProbeLane, id: string): void {
    lane.done(id);
    this.#work(lane);
  }

  async #probe(member: Member): Promise<void> {
    const { address } = member;
    const startedMs = this.#ports.clock.monotonicMs();
    const isTurn = member.state === 'alive';
    const result = await this.#parts.round.run(member);
    if (member.address !== address) {
      if (!this.#stopped) this.#laneOf(member).add(member.id);
      return;
    }
    if (isTurn && isLive(member) && result !== 'open') this.#parts.health.turned(member.id, result === 'silent');
    if (result === 'vouched') this.#members.vouched(member.id);
    else if (result === 'answered') await this.#awaitPong(member, startedMs);
    else if (result !== 'open') this.#strike(member, result);
  }

  /**
   * The request was answered, which ends the row of strikes; the PONG comes by a request of its own. Without one,
   * either another node has taken the address over, or the member does not know this node, and is told.
   */
  async #awaitPong(member: Member, startedMs: number): Promise<void> {
    if (member.heardMs >= startedMs) return;
    await this.#ports.clock.sleep(this.#options.timeoutMs);
    if (member.heardMs >= startedMs) return;
    if (this.#isSucceeded(member)) {
      this.#members.replaced(member.id);
    } else {
      this.#parts.introduce(member);
    }
  }

  /** Whether the member has long been silent, and another node came up at its very address since it last spoke. */
  #isSucceeded(member: Member): boolean {
    const silentSinceMs = Math.max(member.heardMs, member.sinceMs);
    if (this.#ports.clock.monotonicMs() - silentSinceMs < SUCCESSION_SILENCE_MS) return false;
    const cameUpThere = (other: Member) =>
      other !== member && other.introduced && other.heardMs > silentSinceMs && other.sinceMs > silentSinceMs;
    return this.#members.live().some((other) => cameUpThere(other) && sameHostPort(other.address, member.address));
  }

  /**
   * Strikes are half a period apart at least: however many probes fail at once, it is one failure. Where the third, or
   * one after death, is that another node answers at the address, the member is replaced.
   */
  #strike(member: Member, result: Exclude<RoundResult, 'answered' | 'vouched' | 'open'>): void {
    const sinceLastMs = this.#ports.clock.monotonicMs() - member.struckMs;
    if (member.strikes > 0 && sinceLastMs < this.#options.periodMs / 2) return;
    if (isLive(member)) this.#failures.inc();
    const isCertain = result !== 'silent';
    const isEnough = member.state === 'dead' || member.refusals + 1 >= STRIKES_TO_EVICT;
    if (result === 'misdirected' && isEnough) this.#members.replaced(member.id);
    else this.#parts.watch.strike(member, isCertain);
    if (isCertain && isLive(member)) this.#lookAgain(member.id);
    this.#ports.log.debug('probe failed', { peer: member.id, result, strikes: member.strikes });
  }

  /** A refusal comes at once: so the next look at the member need not wait for its turn. */
  #lookAgain(id: string): void {
    if (this.#secondLooks.has(id) || this.#stopped) return;
    const timer = this.#ports.clock.setTimer(this.#options.periodMs / 2, () => {
      this.#secondLooks.delete(id);
      this.soon(id);
    });
    this.#secondLooks.set(id, timer);
  }
}
