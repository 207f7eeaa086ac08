import type { Composer } from '../composer.js';
import type { Clock } from '../ports/clock.js';
import type { SendOutcome } from '../ports/transport.js';
import type { Sender } from '../sender.js';
import { MAX_PROBE_TIMEOUT_MS } from '../wire/limits.js';
import type { PingMessage } from '../wire/message.js';
import { within } from '../within.js';
import type { IndirectProbes } from './indirect-probes.js';
import type { LocalHealth } from './local-health.js';
import { isLive, type Member, speaksExtension } from './member.js';
import type { NewsCarrier } from './news-carrier.js';

/** A timer that fires this much late, in parts of its time or in milliseconds, tells of a pause of this node's own. */
const LATE_SHARE = 0.25;
const LATE_MS = 100;

/**
 * What a round of probing a member says about it.
 *
 * - `answered`: it answered; `vouched`: it answered another member.
 * - `refused`: nobody listens there, the connection broke, or whoever listens will have none of it: certain.
 * - `misdirected`: another node answers at its address.
 * - `silent`: neither it nor those asked to try had an answer in time.
 * - `open`: nothing either way: it is busy, its clock and this node's differ, or this node itself was late.
 */
export type RoundResult = 'answered' | 'vouched' | 'refused' | 'misdirected' | 'silent' | 'open';

interface ProbeRoundParts {
  readonly sender: Sender;
  readonly composer: Composer;
  readonly carrier: NewsCarrier;
  readonly indirect: IndirectProbes;
  readonly health: LocalHealth;
  /** How many more nodes may attach to this one, where it takes any. */
  readonly room: () => { readonly room?: number };
  /** Whether the member is held for dead, or others know it for a suspect: it is told, and refutes. */
  readonly isAccused: (member: Member) => boolean;
}

/**
 * One round of SWIM's failure detector: directly, then through others (Das et al., DSN 2002, section 3.1). The direct
 * request goes on meanwhile: an answer that is late is an answer.
 */
export class ProbeRound {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #parts: ProbeRoundParts;

  constructor(clock: Clock, options: { readonly timeoutMs: number }, parts: ProbeRoundParts) {
    this.#clock = clock;
    this.#timeoutMs = options.timeoutMs;
    this.#parts = parts;
  }

  async run(member: Member): Promise<RoundResult> {
    const { health, indirect } = this.#parts;
    const timeoutMs = Math.min(MAX_PROBE_TIMEOUT_MS, this.#timeoutMs * health.timeoutFactor);
    const helpers = isExpected(member) ? indirect.helpersFor(member) : [];
    const startedMs = this.#clock.monotonicMs();
    const allowedMs = helpers.length === 0 ? timeoutMs : 2 * timeoutMs;
    const direct = this.#ask(member, allowedMs);
    const first = await within(this.#clock, direct, timeoutMs);
    const result = first === undefined ? await this.#askOthers(member, helpers, direct, timeoutMs) : resultOf(first);
    if (result === 'answered' || result === 'vouched') health.answered();
    if (result !== 'silent') return result;
    return this.#wasLate(startedMs, allowedMs) ? this.#excuse() : 'silent';
  }

  #ask(member: Member, timeoutMs: number): Promise<SendOutcome> {
    const { sender, composer } = this.#parts;
    return sender.once(member, composer.ping(member.id, this.#along(member)), timeoutMs);
  }

  /** What a member that knows the extension is told: that others hear it accused, where that is so, and news. */
  #along(member: Member): Pick<PingMessage, 'accused' | 'room' | 'news'> {
    const { carrier, isAccused, room } = this.#parts;
    if (!speaksExtension(member)) return {};
    const news = carrier.along(member);
    return {
      ...(isAccused(member) && { accused: member.extension.incarnation }),
      ...room(),
      ...(news.length > 0 && { news }),
    };
  }

  async #askOthers(
    member: Member,
    helpers: readonly Member[],
    direct: Promise<SendOutcome>,
    timeoutMs: number,
  ): Promise<RoundResult> {
    const { indirect, health } = this.#parts;
    if (helpers.length === 0) {
      if (isExpected(member)) health.doubted();
      return 'silent';
    }
    const others = indirect.ask(member, helpers, timeoutMs);
    const late = direct.then(resultOf);
    const vouched = others.then((found) => (found.acked ? 'vouched' : late));
    const answer = late.then((result) => (result === 'silent' ? vouched : result));
    const result = await Promise.race([answer, vouched]);
    if (result !== 'silent') return result;
    const found = await others;
    if (!found.acked) health.doubted(found.missing);
    return 'silent';
  }

  /** Timers that fire late say that this node stood still: what it did not hear meanwhile proves nothing. */
  #wasLate(startedMs: number, allowedMs: number): boolean {
    const lateMs = this.#clock.monotonicMs() - startedMs - allowedMs;
    return this.#parts.health.isConsidered && lateMs > Math.max(LATE_MS, allowedMs * LATE_SHARE);
  }

  #excuse(): RoundResult {
    this.#parts.health.doubted();
    return 'open';
  }
}

/** Whether the member should answer: the silence of one that is dead, or never answered, is no fault of this node. */
function isExpected(member: Member): boolean {
  return isLive(member) && member.proven;
}

function resultOf(outcome: SendOutcome): RoundResult {
  switch (outcome.kind) {
    case 'ok':
      return 'answered';
    case 'busy':
    case 'overflow':
    case 'aborted':
    case 'stale':
      return 'open';
    case 'timeout':
      return 'silent';
    case 'misdirected':
      return 'misdirected';
    default:
      return 'refused';
  }
}
