import type { Clock, Timer } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import type { Rng } from '../ports/rng.js';
import type { LocalHealth } from './local-health.js';
import { isLive, lastSignMs, type Member, speaksExtension } from './member.js';
import type { MemberEvent } from './member-event.js';
import type { MemberTable } from './member-table.js';
import type { Circumstances, Suspicions } from './suspicions.js';
import {
  type DetectorTiming,
  expectedConfirmations,
  STRIKES_WITHOUT_HEALTH,
  silenceMs,
  volunteerChance,
} from './timing.js';

/** A look at the suspects that comes this much late tells of a pause of this node's own, in milliseconds. */
const LATE_MS = 100;

/** Periods before the end of a suspicion that this node looks for itself, where it has not yet. */
const LAST_LOOK_PERIODS = 2;

/** Silent rounds in a row after which the others are told. */
const STRIKES_TO_TELL = 2;

interface SuspicionWatchPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly metrics: Metrics;
}

interface SuspicionWatchParts {
  readonly members: MemberTable;
  readonly suspicions: Suspicions;
  readonly health: LocalHealth;
  /** Tells others that this node has struck a member that it did not suspect of its own before. */
  readonly tell: (member: Member) => void;
}

interface Outlook {
  readonly atMs: number;
  readonly isCutOff: boolean;
  readonly able: number;
}

/** Follows the suspects, from the first strike or the first word against them until they are cleared or condemned. */
export class SuspicionWatch {
  readonly #ports: SuspicionWatchPorts;
  readonly #timing: DetectorTiming;
  readonly #parts: SuspicionWatchParts;
  readonly #pauses: Counter;
  #timer: Timer | undefined;
  #dueMs = 0;
  #stopped = false;
  #taken: Outlook = { atMs: Number.NEGATIVE_INFINITY, isCutOff: false, able: 0 };

  constructor(ports: SuspicionWatchPorts, timing: DetectorTiming, parts: SuspicionWatchParts) {
    this.#ports = ports;
    this.#timing = timing;
    this.#parts = parts;
    this.#pauses = ports.metrics.counter(
      'repram_detector_pauses_total',
      'Times that this node stood still while it suspected others, which were given the time back.',
    );
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** To be told of every change of a member. */
  memberChanged({ member }: MemberEvent): void {
    const { suspicions, health } = this.#parts;
    if (!isLive(member)) health.forget(member.id);
    if (member.state !== 'suspect') return suspicions.close(member.id);
    suspicions.open(member.id);
    if (!this.#stopped) this.#timer ??= this.#schedule();
  }

  /** A probe round of this node's own failed. */
  strike(member: Member, certain: boolean): void {
    const { members, suspicions, health, tell } = this.#parts;
    members.strike(member.id, certain);
    if (member.state !== 'suspect') return;
    if (this.#isWorthTelling(member, certain) && suspicions.tell(member.id)) tell(member);
    if (!health.isConsidered && member.strikes >= STRIKES_WITHOUT_HEALTH) members.condemn(member.id);
    else this.judge(member);
  }

  /** Evicts a suspect if there is enough against it. */
  judge(member: Member): void {
    const { members, suspicions } = this.#parts;
    if (suspicions.isDue(member.id, member, this.#circumstances(member))) members.condemn(member.id);
  }

  /**
   * Whether this node probes a suspect in this period: always where it has struck it itself. Of those that merely heard, a
   * few look for themselves, and all do before they evict.
   */
  wantsProbe(member: Member): boolean {
    if (member.strikes > 0) return true;
    const { suspicions, members } = this.#parts;
    if (suspicions.isHeldForDead(member.id)) return true;
    const circumstances = this.#circumstances(member);
    const lacksWitnesses = suspicions.witnesses(member.id) < expectedConfirmations(circumstances.able);
    if (lacksWitnesses && this.#ports.rng.next() < volunteerChance(members.live().length)) return true;
    const lastLookMs = suspicions.deadlineMs(member.id, member, circumstances);
    return this.#ports.clock.monotonicMs() >= lastLookMs - LAST_LOOK_PERIODS * this.#timing.periodMs;
  }

  /**
   * A single silent round is no news: most are a lost message, which the next one shows. From the second on, and at a first
   * refusal, the others should look, too. Where others have said so, it takes one less; where many messages are lost, one
   * more.
   */
  #isWorthTelling({ id, strikes }: Member, certain: boolean): boolean {
    const { suspicions, health } = this.#parts;
    const isLossy = health.silenceFactor(id) > 1;
    return certain || strikes >= STRIKES_TO_TELL + (isLossy ? 1 : 0) - (suspicions.isPublic(id) ? 1 : 0);
  }

  #circumstances(member: Member): Circumstances {
    const { able, isCutOff } = this.#outlook();
    if (isCutOff) return { able: 0, stretch: 1 };
    return { able, stretch: this.#parts.health.silenceFactor(member.id) };
  }

  /**
   * How the cluster looks from here. A node that hears nothing at all from anybody, for as long as silence has to last at
   * least, does not lose messages: it is cut off, and waits for nobody's word. Taken anew once a round of news.
   */
  #outlook(): Outlook {
    const nowMs = this.#ports.clock.monotonicMs();
    if (nowMs - this.#taken.atMs < this.#timing.gossipIntervalMs) return this.#taken;
    const live = this.#parts.members.live();
    const lastMs = live.reduce((ms, member) => Math.max(ms, lastSignMs(member)), 0);
    const isCutOff = nowMs - lastMs >= silenceMs(this.#timing, 0, 0);
    this.#taken = { atMs: nowMs, isCutOff, able: live.filter(isAble).length };
    return this.#taken;
  }

  #schedule(): Timer {
    this.#dueMs = this.#ports.clock.monotonicMs() + this.#timing.gossipIntervalMs;
    return this.#ports.clock.setTimer(this.#timing.gossipIntervalMs, () => {
      this.#timer = undefined;
      this.#look();
    });
  }

  #look(): void {
    const { members, suspicions, health } = this.#parts;
    const lateMs = this.#ports.clock.monotonicMs() - this.#dueMs;
    if (lateMs > LATE_MS && health.isConsidered) {
      this.#pauses.inc();
      health.doubted();
      suspicions.postpone(lateMs);
    }
    for (const id of [...suspicions.ids()]) {
      const member = members.get(id);
      if (member === undefined || !isLive(member)) suspicions.close(id);
      else this.judge(member);
    }
    if (suspicions.size > 0 && !this.#stopped) this.#timer = this.#schedule();
  }
}

/** Older nodes tell nobody whom they find silent. */
function isAble(member: Member): boolean {
  return member.state === 'alive' && speaksExtension(member);
}
