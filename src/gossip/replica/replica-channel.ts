import type { Member } from '../membership/member.js';
import type { MemberTable } from '../membership/member-table.js';
import type { Clock } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import type { ReplicaOutcome, Transport } from '../ports/transport.js';
import type { Applier } from '../replication/applier.js';
import type { Self } from '../self.js';
import type { ExpiredKey, QuestionOf, ReplicaOp, ReplicaRequest } from './request.js';

interface ReplicaChannelPorts {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly metrics: Metrics;
}

/** Asks members of the enclave what they hold. Only those that know the extension can be asked. */
export class ReplicaChannel {
  readonly #ports: ReplicaChannelPorts;
  readonly #self: Self;
  readonly #members: MemberTable;
  readonly #applier: Applier;
  readonly #failed: Counter;

  constructor(
    ports: ReplicaChannelPorts,
    self: Self,
    parts: { readonly members: MemberTable; readonly applier: Applier },
  ) {
    this.#ports = ports;
    this.#self = self;
    this.#members = parts.members;
    this.#applier = parts.applier;
    this.#failed = ports.metrics.counter(
      'repram_replica_questions_failed_total',
      'Questions to other replicas that were not answered.',
    );
  }

  /**
   * Asks one question and waits for its answer. Where the connection broke, it is asked once more over a new one: no
   * question does harm when it comes twice. Never rejects.
   */
  async ask<Op extends ReplicaOp>(
    member: Member,
    question: QuestionOf<Op>,
    timeoutMs: number,
  ): Promise<ReplicaOutcome<Op>> {
    const { clock } = this.#ports;
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    let outcome = await this.#once(member, question, timeoutMs);
    const remainingMs = deadlineMs - clock.monotonicMs();
    if (outcome.kind === 'reset' && remainingMs > 0) outcome = await this.#once(member, question, remainingMs);
    if (outcome.kind !== 'ok') this.#failed.inc();
    return outcome;
  }

  /** What another node answers, which has come up at the member's address, is no answer of the member. */
  async #once<Op extends ReplicaOp>(
    member: Member,
    question: QuestionOf<Op>,
    timeoutMs: number,
  ): Promise<ReplicaOutcome<Op>> {
    const { address } = member;
    const { id: from, enclave } = this.#self;
    const request: ReplicaRequest<Op> = { ...question, from, enclave, sentMs: this.#ports.clock.nowMs() };
    const outcome = await this.#ports.transport.ask<Op>(address, request, timeoutMs);
    if (outcome.kind !== 'ok') return outcome;
    if (outcome.answer.from !== member.id) return { kind: 'misdirected' };
    if ('expired' in outcome.answer) this.#supersede(outcome.answer.expired);
    this.#members.heard(member.id);
    if (member.address === address) this.#members.answered(member.id);
    return outcome;
  }

  /** Whoever gives what a newer value had replaced, and outlived, learns of it in the answer. */
  #supersede(expired: readonly ExpiredKey[] = []): void {
    for (const { key, version, expiresAtMs } of expired) this.#applier.supersede(key, version, expiresAtMs);
  }
}
