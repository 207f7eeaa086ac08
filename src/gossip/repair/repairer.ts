import type { Member } from '../membership/member.js';
import type { MemberEvent, MemberEventKind } from '../membership/member-event.js';
import type { MemberTable } from '../membership/member-table.js';
import type { Clock, Timer } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Metrics } from '../ports/metrics.js';
import type { Rng } from '../ports/rng.js';
import type { Store } from '../ports/store.js';
import type { Self } from '../self.js';
import type { AdoptEntry, AskMember } from './ask.js';
import type { Bandwidth } from './bandwidth.js';
import { BRANCHES } from './key-space.js';
import { SessionOutcomes } from './outcomes.js';
import { LEFT_ALONE_MS, Partners } from './partners.js';
import { RepairSession, type SessionOutcome } from './session.js';
import type { RepairTally } from './tally.js';

/** Time between two comparisons while all is quiet, and while something may be missing, in milliseconds. */
export const QUIET_PERIOD_MS = 10_000;
export const HURRIED_PERIOD_MS = 1000;
/** How long something may be missing after the last sign of it: time for what is missing to go round, in milliseconds. */
export const HURRY_MS = 15_000;
/** How long the first comparison waits, so that of many members that come or return at once one is chosen. */
const SOON_MS = 300;
/** That time is longer in a large enclave, by this much for each member, and drawn at random. */
const SPREAD_MS = 5;
/**
 * Comparisons in a row that find something to move nothing of, after which they are no reason to hurry any more: writes may
 * go on without end, and two nodes may not agree, by their bounds of the TTL or by a version of a clock far ahead.
 */
export const MAX_FRUITLESS = 15;

/** Pause between two comparisons with the same member, and how often they follow each other. */
export const AGAIN_MS = 50;
export const MAX_IN_A_ROW = 8;
/** A node that has compared with nobody for so long has nothing to catch up with. */
const NEWCOMER_MS = 60_000;

/** Changes after which writes may have missed somebody. */
const ALARMING: ReadonlySet<MemberEventKind> = new Set(['suspected', 'cleared', 'evicted', 'returned', 'restarted']);

/**
 * - `alone`: there is nobody to compare with.
 * - `catching-up`: this node is new; `branchesLeft` of 256 ranges are yet to be gone through.
 * - `equal`: as `memberId`, `ageMs` ago.
 * - `comparing`: it has gone through everything, and was not found equal to anybody yet.
 */
export type RepairStatus =
  | { readonly kind: 'alone' | 'comparing' }
  | { readonly kind: 'catching-up'; readonly branchesLeft: number }
  | { readonly kind: 'equal'; readonly memberId: string; readonly ageMs: number };

interface RepairerPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly store: Store;
  readonly log: Log;
  readonly metrics: Metrics;
}

interface RepairerParts {
  readonly members: MemberTable;
  readonly ask: AskMember;
  readonly adopt: AdoptEntry;
  readonly inbound: Bandwidth;
  readonly outbound: Bandwidth;
  readonly tally: RepairTally;
}

/** Compares with one member after another, one at a time, and makes equal what differs. */
export class Repairer {
  readonly #ports: RepairerPorts;
  readonly #self: Self;
  readonly #parts: RepairerParts;
  readonly #partners: Partners;
  readonly #outcomes: SessionOutcomes;
  #stopping: AbortController | undefined;
  #timer: Timer | undefined;
  #dueMs = Number.POSITIVE_INFINITY;
  #session: RepairSession | undefined;
  #startedMs = 0;
  #alarmedMs = Number.NEGATIVE_INFINITY;
  #hasCompared = false;
  /** Comparisons in a row that moved something, and that failed. */
  #inARow = 0;
  #failures = 0;
  /** Comparisons in a row that found what differs, and nothing that could be moved. */
  #fruitless = 0;
  #last: { readonly memberId: string; readonly atMs: number } | undefined;

  constructor(ports: RepairerPorts, self: Self, parts: RepairerParts) {
    this.#ports = ports;
    this.#self = self;
    this.#parts = parts;
    this.#partners = new Partners(ports, parts.members);
    const { metrics, clock } = ports;
    this.#outcomes = new SessionOutcomes(ports);
    metrics.gauge(
      'repram_repair_ranges_left',
      'Ranges of keys that the comparison under way has not gone through.',
      () => this.#session?.branchesLeft ?? 0,
    );
    metrics.gauge('repram_repair_equal_age_seconds', 'Time since this replica was equal to another; -1 before.', () =>
      this.#last === undefined ? -1 : (clock.monotonicMs() - this.#last.atMs) / 1000,
    );
  }

  start(): void {
    this.#stopping = new AbortController();
    this.#startedMs = this.#ports.clock.monotonicMs();
    this.#alarmedMs = this.#startedMs;
    this.#arm(this.#periodMs());
  }

  stop(): void {
    this.#stopping?.abort();
    this.#stopping = undefined;
    this.#disarm();
  }

  get status(): RepairStatus {
    if (this.#isNewcomer) {
      if (!this.#partners.exist) return { kind: 'alone' };
      const left = this.#session?.branchesLeft ?? 0;
      return { kind: 'catching-up', branchesLeft: left === 0 ? BRANCHES : left };
    }
    if (this.#last === undefined) return { kind: this.#partners.exist ? 'comparing' : 'alone' };
    const { memberId, atMs } = this.#last;
    return { kind: 'equal', memberId, ageMs: this.#ports.clock.monotonicMs() - atMs };
  }

  /** Something may be missing somewhere: for a while, comparisons follow each other faster. */
  alarm(): void {
    this.#alarmedMs = this.#ports.clock.monotonicMs();
    this.#arm(this.#periodMs());
  }

  memberChanged(event: MemberEvent): void {
    const { kind, member } = event;
    if (member.enclave !== this.#self.enclave) return;
    this.#partners.memberChanged(event, this.#ageMs < LEFT_ALONE_MS);
    if (ALARMING.has(kind)) this.alarm();
    if (kind === 'returned' || (kind === 'joined' && this.#isNewcomer)) this.#arm(this.#soonMs());
  }

  get #ageMs(): number {
    return this.#ports.clock.monotonicMs() - this.#startedMs;
  }

  get #isNewcomer(): boolean {
    return !this.#hasCompared && this.#ageMs < NEWCOMER_MS;
  }

  #periodMs(): number {
    const { clock, rng } = this.#ports;
    const isAlarmed = this.#isNewcomer || clock.monotonicMs() - this.#alarmedMs < HURRY_MS;
    return (isAlarmed ? HURRIED_PERIOD_MS : QUIET_PERIOD_MS) * (0.8 + 0.4 * rng.next());
  }

  /** After a failure: whoever is new turns to others at once, and to the same ones ever later. */
  #pauseMs(): number {
    const periodMs = this.#periodMs();
    return this.#isNewcomer ? Math.min(periodMs, AGAIN_MS * 2 ** Math.min(this.#failures, 10)) : periodMs;
  }

  #soonMs(): number {
    const spreadMs = this.#isNewcomer ? 0 : SPREAD_MS * this.#parts.members.enclavePeers().length;
    return SOON_MS + this.#ports.rng.next() * spreadMs;
  }

  /** The next comparison comes after `ms`, or when it was due before, whichever is first. */
  #arm(ms: number): void {
    const dueMs = this.#ports.clock.monotonicMs() + ms;
    if (this.#stopping === undefined || dueMs >= this.#dueMs) return;
    this.#disarm();
    this.#dueMs = dueMs;
    this.#timer = this.#ports.clock.setTimer(ms, () => {
      this.#disarm();
      // One that is under way arms the next at its end.
      if (this.#session === undefined) void this.#compare(undefined);
    });
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#dueMs = Number.POSITIVE_INFINITY;
  }

  async #compare(again: Member | undefined): Promise<void> {
    const signal = this.#stopping?.signal;
    const isThere = again !== undefined && this.#partners.has(again);
    const member = isThere ? again : this.#partners.choose(this.#isNewcomer);
    if (signal === undefined || member === undefined) return this.#arm(this.#periodMs());
    const { ask, ...parts } = this.#parts;
    const session = new RepairSession(this.#ports, { ...parts, signal, ask: (...asked) => ask(member, ...asked) });
    this.#session = session;
    const outcome = await session.run();
    this.#session = undefined;
    if (signal.aborted) this.#arm(this.#periodMs());
    else this.#conclude(member, outcome, session.moved);
  }

  #conclude(member: Member, outcome: SessionOutcome, moved: number): void {
    const { clock } = this.#ports;
    this.#outcomes.add(member.id, outcome, moved);
    if (outcome === 'failed') this.#partners.failed(member.id);
    else this.#compared(member, moved);
    if (outcome === 'equal') this.#last = { memberId: member.id, atMs: clock.monotonicMs() };
    this.#fruitless = outcome === 'differs' ? this.#fruitless + 1 : 0;
    if (outcome !== 'equal' && this.#fruitless < MAX_FRUITLESS) this.#alarmedMs = clock.monotonicMs();
    this.#inARow = outcome === 'repaired' ? this.#inARow + 1 : 0;
    this.#failures = outcome === 'failed' ? this.#failures + 1 : 0;
    if (outcome === 'repaired' && this.#inARow < MAX_IN_A_ROW) this.#repeat(member);
    else this.#arm(outcome === 'failed' ? this.#pauseMs() : this.#periodMs());
  }

  /** Until both are equal: what came meanwhile, or was on its way, differs yet. */
  #repeat(member: Member): void {
    this.#disarm();
    this.#dueMs = this.#ports.clock.monotonicMs() + AGAIN_MS;
    this.#timer = this.#ports.clock.setTimer(AGAIN_MS, () => {
      this.#disarm();
      void this.#compare(member);
    });
  }

  #compared({ id }: Member, moved: number): void {
    this.#partners.compared();
    if (this.#hasCompared) return;
    this.#hasCompared = true;
    const seconds = Math.round(this.#ageMs / 1000);
    this.#ports.log.info('repair: caught up', { peer: id, keys: moved, seconds });
  }
}
