import { backoffMs } from '../backoff.js';
import type { Composer } from '../composer.js';
import { isGone, type Member, speaksExtension } from '../membership/member.js';
import type { MemberEvent } from '../membership/member-event.js';
import type { MemberTable } from '../membership/member-table.js';
import type { Clock } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import type { Rng } from '../ports/rng.js';
import type { Entry, Store } from '../ports/store.js';
import type { Sender } from '../sender.js';
import { Ticker } from '../ticker.js';
import { compareVersions } from '../version.js';
import type { AskMember } from './ask.js';
import type { Bandwidth } from './bandwidth.js';
import { batches, costOf, entryCost } from './batch.js';
import type { Hint } from './hint.js';
import type { HintBook } from './hint-book.js';
import type { RepairTally } from './tally.js';

/** Time between two looks at whom something is owed, in milliseconds. */
const PERIOD_MS = 1000;
/** Pause after a failed delivery to a live member. */
const BACKOFF = { baseMs: 1000, capMs: 30_000 } as const;
/**
 * How long an older node is sent a write again, in milliseconds: as long as every node knows its id again. Later, those
 * to whom it is passed on would take it for a new one, and an older node would keep the value for another whole TTL.
 */
export const RESEND_TO_OLDER_MS = 55_000;
const RESEND_TIMEOUT_MS = 5000;

interface DeliveryPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly store: Store;
  readonly metrics: Metrics;
}

interface DeliveryParts {
  readonly book: HintBook;
  readonly members: MemberTable;
  readonly ask: AskMember;
  readonly sender: Sender;
  readonly composer: Composer;
  readonly outbound: Bandwidth;
  readonly tally: RepairTally;
}

/** Brings members what they missed of this node's writes, once they answer again. */
export class HintDelivery {
  readonly #ports: DeliveryPorts;
  readonly #parts: DeliveryParts;
  readonly #ticker: Ticker;
  readonly #delivered: Counter;
  /** Failed deliveries in a row, and when the next one is due. Bounded by the members with hints. */
  readonly #failures = new Map<string, { readonly count: number; readonly dueMs: number }>();
  /** Members a delivery to whom is under way. Bounded by the members with hints. */
  readonly #underWay = new Set<string>();
  #stopping = new AbortController();

  constructor(ports: DeliveryPorts, parts: DeliveryParts) {
    this.#ports = ports;
    this.#parts = parts;
    this.#ticker = new Ticker(ports.clock, PERIOD_MS, () => this.#deliverAll());
    this.#delivered = ports.metrics.counter(
      'repram_hints_delivered_total',
      'Writes brought to a member that had not taken them.',
    );
  }

  start(): void {
    this.#stopping = new AbortController();
    this.#ticker.start();
  }

  stop(): void {
    this.#ticker.stop();
    this.#stopping.abort();
  }

  /** The member did not take a write of this node. */
  missed(member: Member, hint: Hint): void {
    if (member.proven && !isGone(member)) this.#parts.book.add(member.id, hint);
  }

  memberChanged({ kind, member }: MemberEvent): void {
    if (isGone(member)) this.#forget(member.id);
    if (kind !== 'returned' && kind !== 'cleared' && kind !== 'restarted') return;
    this.#failures.delete(member.id);
  }

  #deliverAll(): void {
    const nowMs = this.#ports.clock.monotonicMs();
    for (const id of this.#parts.book.members()) {
      const member = this.#parts.members.get(id);
      if (member === undefined) this.#forget(id);
      else if (member.state === 'alive' && (this.#failures.get(id)?.dueMs ?? 0) <= nowMs) void this.#deliver(member);
    }
  }

  async #deliver(member: Member): Promise<void> {
    if (this.#underWay.has(member.id)) return;
    this.#underWay.add(member.id);
    const hints = this.#parts.book.of(member.id);
    const done = speaksExtension(member) ? await this.#give(member, hints) : await this.#resend(member, hints);
    this.#underWay.delete(member.id);
    if (done) this.#failures.delete(member.id);
    else this.#backOff(member.id);
  }

  /** Gives what is held now, which may be newer than what was missed. */
  async #give(member: Member, hints: readonly Hint[]): Promise<boolean> {
    const { store } = this.#ports;
    const { book, outbound, tally, ask } = this.#parts;
    const { signal } = this.#stopping;
    for (const batch of batches(hints, ({ key }) => entryCost(key, store.get(key)?.bytes.byteLength ?? 0))) {
      const entries = batch.flatMap(({ key }) => store.get(key) ?? []);
      const answer = entries.length === 0 ? { taken: 0 } : await ask(member, { op: 'give', entries }, costOf(entries));
      if (answer === undefined || answer.taken < entries.length) return false;
      for (const hint of batch) book.settle(member.id, hint);
      this.#delivered.inc(entries.length);
      tally.given(entries, entries.length);
      await outbound.take(costOf(entries), signal);
      if (signal.aborted) return true;
    }
    return true;
  }

  /** An older node takes nothing but the write itself, once more. */
  async #resend(member: Member, hints: readonly Hint[]): Promise<boolean> {
    const { book, sender, composer } = this.#parts;
    for (const hint of hints) {
      const entry = this.#resendable(hint);
      if (entry !== undefined) {
        const message = composer.put(entry.key, entry.bytes, entry.ttlSeconds, entry.version);
        const outcome = await sender.once(member, message, RESEND_TIMEOUT_MS);
        if (outcome.kind !== 'ok') return false;
        this.#delivered.inc();
      }
      book.settle(member.id, hint);
      if (this.#stopping.signal.aborted) return true;
    }
    return true;
  }

  #resendable({ key, version }: Hint): Entry | undefined {
    const entry = this.#ports.store.get(key);
    const isTheSame = entry !== undefined && compareVersions(entry.version, version) === 0;
    return isTheSame && this.#ports.clock.nowMs() - version.ms < RESEND_TO_OLDER_MS ? entry : undefined;
  }

  #backOff(id: string): void {
    const { clock, rng } = this.#ports;
    const count = this.#failures.get(id)?.count ?? 0;
    this.#failures.set(id, { count: count + 1, dueMs: clock.monotonicMs() + backoffMs(rng, count, BACKOFF) });
  }

  #forget(id: string): void {
    this.#parts.book.drop(id);
    this.#failures.delete(id);
  }
}
