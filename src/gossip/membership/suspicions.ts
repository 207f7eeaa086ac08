import type { Clock } from '../ports/clock.js';
import { type DetectorTiming, expectedConfirmations, silenceMs } from './timing.js';

/** Strikes, this node's own and the weight of what others say together, that evict. */
const EVICTING_WEIGHT = 3;

/** What a claim that a member is dead weighs: whoever makes it has struck three times. */
const WEIGHT_OF_A_DEATH = 2;

/**
 * Strikes in a row that evict a member that speaks all the while, but cannot be reached by anybody: a minute, as a
 * round in which others are asked in vain takes two periods. More by as much as silence is stretched: where most messages are
 * lost, thirty rounds in a row may be.
 */
const UNREACHABLE_STRIKES = 30;

/** Most members whose word about one suspect is counted; more would not shorten its time any further. */
const MAX_WITNESSES = 8;

/**
 * Periods that pass at least between the first doubt and the eviction of a silent member: it must be able to refute, and
 * others to say that they heard of it. Where messages are lost, that takes several tries.
 */
const MIN_PERIODS = 3;
const MIN_PERIODS_UNDER_LOSS = 6;

/** What others say of a suspect, and since when. */
interface Suspicion {
  readonly sinceMs: number;
  /** Members that found it silent themselves, and whether they hold it for dead. Bounded by `MAX_WITNESSES`. */
  readonly witnesses: Map<string, 'suspect' | 'dead'>;
  /** The most recent sign of life that anybody spoke of, in monotonic time. */
  heardMs: number;
  /** How long this node did not run meanwhile, in milliseconds. */
  pausedMs: number;
  /** Whether this node has told others. */
  told: boolean;
}

/** What this node itself knows of a suspect. Times are monotonic. */
export interface OwnEvidence {
  /** Failed probe rounds in a row, and those among them that were refused or reset. */
  readonly strikes: number;
  readonly refusals: number;
  /** Its last word, and its last other sign of life. */
  readonly heardMs: number;
  readonly signOfLifeMs: number;
}

export interface Circumstances {
  /** Members that could confirm: those of this implementation that are not suspects themselves. */
  readonly able: number;
  /** By how much silence is stretched, 1 and more. */
  readonly stretch: number;
}

/**
 * What is held against suspects, and when it is enough.
 *
 * A refused connection is certain evidence: three strikes evict, at least one of them this node's own; the word of a
 * member that has evicted it counts for two. Silence is doubtful: besides three strikes it takes a time without a sign of
 * life, which starts long and shrinks with each member that finds it silent, too (Lifeguard's LHA-Suspicion). The time
 * counts from the last sign of life that anybody in the cluster speaks of, not from the first doubt: so it bounds the
 * detection of a silent member, and outlasts a pause that is shorter.
 */
export class Suspicions {
  readonly #clock: Clock;
  readonly #timing: DetectorTiming;
  /** By member. Bounded by the member table: closed when a member is no suspect any more. */
  readonly #open = new Map<string, Suspicion>();

  constructor(clock: Clock, timing: DetectorTiming) {
    this.#clock = clock;
    this.#timing = timing;
  }

  /** Who is under suspicion here. */
  ids(): IterableIterator<string> {
    return this.#open.keys();
  }

  get size(): number {
    return this.#open.size;
  }

  open(id: string): void {
    if (this.#open.has(id)) return;
    const suspicion = {
      sinceMs: this.#clock.monotonicMs(),
      witnesses: new Map(),
      heardMs: Number.NEGATIVE_INFINITY,
      pausedMs: 0,
      told: false,
    };
    this.#open.set(id, suspicion);
  }

  close(id: string): void {
    this.#open.delete(id);
  }

  /** Takes the word of a member about a suspect. Whether it is one that was not counted yet. */
  confirm(id: string, witness: string, claim: 'suspect' | 'dead'): boolean {
    const witnesses = this.#open.get(id)?.witnesses;
    const before = witnesses?.get(witness);
    if (witnesses === undefined || before === claim || before === 'dead') return false;
    if (before === undefined && witnesses.size >= MAX_WITNESSES && !makeRoom(witnesses, claim)) return false;
    witnesses.set(witness, claim);
    return true;
  }

  /** Somebody had a sign of life of a suspect at `heardMs`. Whether that is later than what was known, by `byMs`. */
  heard(id: string, heardMs: number, byMs: number): boolean {
    const suspicion = this.#open.get(id);
    if (suspicion === undefined || heardMs <= suspicion.heardMs) return false;
    const isNews = heardMs >= suspicion.heardMs + byMs;
    suspicion.heardMs = heardMs;
    return isNews;
  }

  /** This node tells others of its suspicion. Whether it does so for the first time. */
  tell(id: string): boolean {
    const suspicion = this.#open.get(id);
    if (suspicion === undefined || suspicion.told) return false;
    suspicion.told = true;
    return true;
  }

  /** Whether others know of the suspicion: one that is only this node's ends with an answer to it. */
  isPublic(id: string): boolean {
    const suspicion = this.#open.get(id);
    return suspicion !== undefined && (suspicion.told || suspicion.witnesses.size > 0);
  }

  /** How many members found it silent. */
  witnesses(id: string): number {
    return this.#open.get(id)?.witnesses.size ?? 0;
  }

  /** Whether some member holds it for dead. */
  isHeldForDead(id: string): boolean {
    return this.#claims(id) > 0;
  }

  /** This node did not run for `ms`: what it did not hear meanwhile is nobody's silence. */
  postpone(ms: number): void {
    for (const suspicion of this.#open.values()) suspicion.pausedMs += ms;
  }

  /** Whether there is enough against the suspect. Without a failed probe of this node's own there never is. */
  isDue(id: string, own: OwnEvidence, circumstances: Circumstances): boolean {
    const suspicion = this.#open.get(id);
    if (suspicion === undefined || own.strikes === 0) return false;
    if (own.strikes >= UNREACHABLE_STRIKES * circumstances.stretch) return true;
    const deaths = this.#claims(id);
    if (own.refusals > 0 && own.refusals + WEIGHT_OF_A_DEATH * deaths >= EVICTING_WEIGHT) return true;
    const words = suspicion.witnesses.size + (WEIGHT_OF_A_DEATH - 1) * deaths;
    if (own.strikes + words < EVICTING_WEIGHT) return false;
    return this.#clock.monotonicMs() >= this.deadlineMs(id, own, circumstances);
  }

  /** Monotonic time at which the silence of a suspect has lasted long enough; Infinity for others. */
  deadlineMs(id: string, own: OwnEvidence, { able, stretch }: Circumstances): number {
    const suspicion = this.#open.get(id);
    if (suspicion === undefined) return Number.POSITIVE_INFINITY;
    const lastMs = Math.max(suspicion.heardMs, own.heardMs, own.signOfLifeMs);
    const lengthMs = silenceMs(this.#timing, suspicion.witnesses.size, expectedConfirmations(able)) * stretch;
    const leastPeriods = stretch > 1 ? MIN_PERIODS_UNDER_LOSS * stretch : MIN_PERIODS;
    const leastMs = leastPeriods * this.#timing.periodMs;
    return Math.max(lastMs + lengthMs, suspicion.sinceMs + leastMs) + suspicion.pausedMs;
  }

  #claims(id: string): number {
    let deaths = 0;
    for (const claim of this.#open.get(id)?.witnesses.values() ?? []) if (claim === 'dead') deaths++;
    return deaths;
  }
}

/** A word that a member is dead says more than one that it is silent, of which there may be many by then. */
function makeRoom(witnesses: Map<string, 'suspect' | 'dead'>, claim: 'suspect' | 'dead'): boolean {
  if (claim === 'suspect') return false;
  for (const [witness, said] of witnesses) if (said === 'suspect') return witnesses.delete(witness);
  return false;
}
