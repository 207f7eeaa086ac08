import { backoffMs } from './backoff.js';
import { isGone, type Member } from './membership/member.js';
import type { MemberTable } from './membership/member-table.js';
import { countMessages, type MessageCounters } from './message-counters.js';
import type { Clock } from './ports/clock.js';
import type { Counter, Metrics } from './ports/metrics.js';
import type { Rng } from './ports/rng.js';
import type { SendOutcome, Transport } from './ports/transport.js';
import { RetryBudget } from './retry-budget.js';
import type { Message } from './wire/message.js';

/** A sender gives a request this long (wire v1), in milliseconds. */
export const SEND_TIMEOUT_MS = 5000;

const BUSY_BACKOFF = { baseMs: 100, capMs: 2000 } as const;
const RESET_BACKOFF_MS = 20;

type Taken = Extract<SendOutcome, { readonly kind: 'ok' }>;

interface SenderPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly transport: Transport;
  readonly metrics: Metrics;
}

/**
 * Sends messages to members. A peer that asks to slow down is asked again with backoff, and one whose connection broke
 * is asked once more over a new one, both within the deadline: gossip is idempotent by message id, so a repetition is
 * safe.
 */
export class Sender {
  readonly #ports: SenderPorts;
  readonly #members: MemberTable;
  readonly #onReply: (reply: Message) => void;
  readonly #sent: MessageCounters;
  readonly #retries = new RetryBudget();
  readonly #busy: Counter;
  readonly #failed: Counter;
  readonly #overflows: Counter;

  constructor(ports: SenderPorts, members: MemberTable, onReply: (reply: Message) => void) {
    this.#ports = ports;
    this.#onReply = onReply;
    this.#sent = countMessages(ports.metrics, 'repram_messages_sent_total', 'Gossip messages sent, by type.');
    this.#members = members;
    this.#busy = ports.metrics.counter('repram_sends_busy_total', 'Sends that a peer answered with 429 or 503.');
    this.#overflows = ports.metrics.counter(
      'repram_peer_queue_overflows_total',
      'Messages not sent, because too much waits for the peer.',
    );
    this.#failed = ports.metrics.counter('repram_sends_failed_total', 'Sends that ended without reaching the peer.');
  }

  /** Sends until the member takes it, refuses it for good, or `withinMs` is over. Never rejects. */
  async send(member: Member, message: Message, withinMs: number = SEND_TIMEOUT_MS): Promise<SendOutcome> {
    const { clock, rng } = this.#ports;
    const deadlineMs = clock.monotonicMs() + withinMs;
    let remainingMs = withinMs;
    let resets = 0;
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.once(member, message, remainingMs);
      const pauseMs = this.#pauseBeforeRetry(outcome, attempt, resets, rng);
      remainingMs = deadlineMs - clock.monotonicMs() - (pauseMs ?? 0);
      if (pauseMs === undefined || remainingMs <= 0 || isGone(member)) return this.#conclude(outcome);
      if (!this.#retries.take(member.id, message)) return this.#conclude({ kind: 'overflow' });
      if (outcome.kind === 'reset') resets++;
      await clock.sleep(pauseMs);
      this.#retries.release(member.id, message);
    }
  }

  /** Sends once. Never rejects. */
  async once(member: Member, message: Message, timeoutMs: number): Promise<SendOutcome> {
    const { address } = member;
    this.#sent[message.type].inc();
    const outcome = await this.#ports.transport.send(address, message, timeoutMs);
    // Clocks that differ are a matter for the operator: they do not make a member dead.
    if (outcome.kind === 'stale' && member.address === address) this.#members.answered(member.id);
    if (outcome.kind !== 'ok') return outcome;
    if (member.address === address && vouchesFor(member, message, outcome)) this.#members.answered(member.id);
    // A reply names its author, wherever it comes from. Whom a list of nodes teaches, the caller decides.
    if (outcome.reply !== undefined) this.#onReply(outcome.reply);
    return outcome;
  }

  #pauseBeforeRetry(outcome: SendOutcome, attempt: number, resets: number, rng: Rng): number | undefined {
    if (outcome.kind === 'reset') return resets === 0 ? RESET_BACKOFF_MS : undefined;
    if (outcome.kind !== 'busy') return undefined;
    this.#busy.inc();
    return Math.max(backoffMs(rng, attempt, BUSY_BACKOFF), outcome.retryAfterMs ?? 0);
  }

  #conclude(outcome: SendOutcome): SendOutcome {
    if (outcome.kind !== 'ok') this.#failed.inc();
    if (outcome.kind === 'overflow') this.#overflows.inc();
    return outcome;
  }
}

/**
 * Whether a 200 shows that the member itself is there, and not just some process at its address: a reply names its
 * author, a list of nodes begins with it, and a PING is meant for one node. What names nobody, such as a SYNC that
 * wants no answer, is taken by whoever came up there after the member.
 */
function vouchesFor(member: Member, message: Message, { reply, nodes }: Taken): boolean {
  const author = reply?.from ?? nodes?.[0]?.id;
  return author === undefined ? message.type === 'PING' : author === member.id;
}
