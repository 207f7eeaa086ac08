import type { Composer } from '../composer.js';
import type { Clock } from '../ports/clock.js';
import { type Rng, sample } from '../ports/rng.js';
import type { Sender } from '../sender.js';
import type { PingAckMessage, PingReqMessage } from '../wire/message.js';
import { within } from '../within.js';
import { isGone, type Member, speaksExtension } from './member.js';
import type { MemberTable } from './member-table.js';

/** Most probes made for others at a time; beyond, they are refused at once. */
export const MAX_FAVOURS = 256;

/** Part of its time that a helper gives the target: the rest is for the way there and back (as in memberlist). */
const TARGET_SHARE = 0.8;

/** What helpers found: an answer, or how many of those asked did not even say that they found none. */
export type IndirectResult = { readonly acked: true } | { readonly acked: false; readonly missing: number };

interface Favour {
  /** Ids of the helpers that have not answered yet. */
  readonly awaited: Set<string>;
  readonly settle: (result: IndirectResult) => void;
}

interface IndirectProbesParts {
  readonly members: MemberTable;
  readonly sender: Sender;
  readonly composer: Composer;
}

/**
 * Asks other members to probe one that does not answer, and probes for others (SWIM's ping-req): a lost message, or a path
 * that is down between two nodes, is not a dead member.
 */
export class IndirectProbes {
  readonly #clock: Clock;
  readonly #rng: Rng;
  readonly #helpers: number;
  readonly #parts: IndirectProbesParts;
  /** Requests that wait for answers, by message id. Bounded by the probes under way. */
  readonly #waiting = new Map<string, Favour>();
  #favours = 0;

  constructor(
    ports: { readonly clock: Clock; readonly rng: Rng },
    options: { readonly helpers: number },
    parts: IndirectProbesParts,
  ) {
    this.#clock = ports.clock;
    this.#rng = ports.rng;
    this.#helpers = options.helpers;
    this.#parts = parts;
  }

  /** Whom to ask about a member: random live members that know how to help. */
  helpersFor(target: Member): readonly Member[] {
    const able = this.#parts.members
      .live()
      .filter((member) => member.state === 'alive' && member.proven && speaksExtension(member));
    return sample(
      this.#rng,
      able.filter((member) => member !== target),
      this.#helpers,
    );
  }

  /** Asks the helpers, and resolves with the first answer that the target gave one of them, or after `timeoutMs`. */
  async ask(target: Member, helpers: readonly Member[], timeoutMs: number): Promise<IndirectResult> {
    const { composer, sender } = this.#parts;
    const request = composer.pingReq(target.id, Math.round(timeoutMs * TARGET_SHARE));
    const awaited = new Set(helpers.map((helper) => helper.id));
    const answer = new Promise<IndirectResult>((settle) => this.#waiting.set(request.messageId, { awaited, settle }));
    for (const helper of helpers) void sender.once(helper, request, timeoutMs);
    const result = await within(this.#clock, answer, timeoutMs);
    this.#waiting.delete(request.messageId);
    return result ?? { acked: false, missing: awaited.size };
  }

  /** A helper says what it found. What nobody waits for is too late. */
  receiveAck(message: PingAckMessage): void {
    const favour = this.#waiting.get(message.messageId);
    if (favour === undefined || !favour.awaited.delete(message.from)) return;
    if (message.acked) favour.settle({ acked: true });
    else if (favour.awaited.size === 0) favour.settle({ acked: false, missing: 0 });
  }

  /** Probes a member for another. Strangers are helped with nothing, and nobody with a target that is not known here. */
  receiveRequest(message: PingReqMessage): void {
    const { members } = this.#parts;
    const asker = members.get(message.from);
    if (asker === undefined || isGone(asker)) return;
    const target = members.get(message.to);
    if (target === undefined || this.#favours >= MAX_FAVOURS) return this.#answer(asker, message, false);
    this.#favours++;
    void this.#probe(target, message.timeoutMs).then((acked) => {
      this.#favours--;
      this.#answer(asker, message, acked);
    });
  }

  async #probe(target: Member, timeoutMs: number): Promise<boolean> {
    const { sender, composer } = this.#parts;
    const { kind } = await sender.once(target, composer.ping(target.id), timeoutMs);
    return kind === 'ok' || kind === 'stale';
  }

  #answer(asker: Member, request: PingReqMessage, acked: boolean): void {
    const { sender, composer } = this.#parts;
    void sender.once(asker, composer.pingAck(request, acked), request.timeoutMs);
  }
}
