import type { Clock } from '../../gossip/ports/clock.js';
import type { Log } from '../../gossip/ports/log.js';
import type { Metrics } from '../../gossip/ports/metrics.js';
import type { Rng } from '../../gossip/ports/rng.js';
import type { Store } from '../../gossip/ports/store.js';
import { askTimeoutMs } from '../../gossip/repair/ask.js';
import { Bandwidth } from '../../gossip/repair/bandwidth.js';
import { SessionOutcomes } from '../../gossip/repair/outcomes.js';
import {
  AGAIN_MS,
  HURRIED_PERIOD_MS,
  MAX_FRUITLESS,
  MAX_IN_A_ROW,
  QUIET_PERIOD_MS,
  type RepairStatus,
} from '../../gossip/repair/repairer.js';
import { RepairSession, type SessionOutcome, type SessionParts } from '../../gossip/repair/session.js';
import { RepairTally } from '../../gossip/repair/tally.js';
import type { QuestionOf, ReplicaOp, ReplicaReply } from '../../gossip/replica/request.js';
import type { Self } from '../../gossip/self.js';
import { decodeReplicaAnswer, encodeReplicaRequest } from '../../gossip/wire/replica-codec.js';
import type { Replica } from '../ports/replica.js';
import type { Parent } from './parent.js';

/**
 * How long after an attachment something may be missing, in milliseconds, and how often is looked meanwhile: what was written
 * in between is not on its way here, and the parent itself may have missed it and get it now.
 */
export const CATCHING_UP_MS = 5000;
export const CATCH_UP_PERIOD_MS = 250;

export interface UpstreamRepairOptions {
  /** Bytes of entries a second that repair moves at most, each way; 0 = no limit. */
  readonly repairBandwidth: number;
  /** How long a question may take, in milliseconds; longer where it carries entries. */
  readonly answerTimeoutMs: number;
}

interface UpstreamRepairPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly store: Store;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Keeps what this node holds equal to what its parent holds, by one comparison after another. */
export class UpstreamRepair {
  readonly #ports: UpstreamRepairPorts;
  readonly #self: Self;
  readonly #options: UpstreamRepairOptions;
  readonly #replica: Replica;
  readonly #moving: Pick<SessionParts, 'inbound' | 'outbound' | 'tally'>;
  readonly #outcomes: SessionOutcomes;
  #stopping: AbortController | undefined;
  /** Ends when no comparison is under way any more. */
  #running: Promise<void> = Promise.resolve();
  #session: RepairSession | undefined;
  #hasCompared = false;
  #last: { readonly memberId: string; readonly atMs: number } | undefined;
  #inARow = 0;
  #fruitless = 0;
  #attachedMs = Number.NEGATIVE_INFINITY;

  constructor(
    ports: UpstreamRepairPorts,
    self: Self,
    options: UpstreamRepairOptions,
    parts: { readonly replica: Replica },
  ) {
    this.#ports = ports;
    this.#self = self;
    this.#options = options;
    this.#replica = parts.replica;
    const bandwidth = (): Bandwidth => new Bandwidth(ports.clock, options.repairBandwidth);
    this.#moving = { inbound: bandwidth(), outbound: bandwidth(), tally: new RepairTally(ports.metrics) };
    this.#outcomes = new SessionOutcomes(ports);
  }

  get status(): RepairStatus {
    if (this.#last !== undefined) {
      const { memberId, atMs } = this.#last;
      return { kind: 'equal', memberId, ageMs: this.#ports.clock.monotonicMs() - atMs };
    }
    if (this.#stopping === undefined) return { kind: 'alone' };
    if (this.#hasCompared) return { kind: 'comparing' };
    return { kind: 'catching-up', branchesLeft: this.#session?.branchesLeft ?? 0 };
  }

  /** Compares with this parent from now on; with nobody, where there is none. */
  follow(parent: Parent | undefined): void {
    this.#stopping?.abort();
    this.#stopping = undefined;
    if (parent === undefined) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#inARow = 0;
    this.#fruitless = 0;
    this.#attachedMs = this.#ports.clock.monotonicMs();
    this.#running = this.#run(parent, stopping.signal, this.#running);
  }

  /** Resolves when no comparison is under way. */
  get settled(): Promise<void> {
    return this.#running;
  }

  /** Never two comparisons at a time: that with the former parent ends first. */
  async #run(parent: Parent, signal: AbortSignal, former: Promise<void>): Promise<void> {
    await former;
    while (!signal.aborted) {
      const pauseMs = await this.#compare(parent, signal);
      if (!signal.aborted) await this.#ports.clock.sleep(pauseMs, signal);
    }
  }

  /** Compares once; after how long it is to be done again. */
  async #compare(parent: Parent, signal: AbortSignal): Promise<number> {
    const session = new RepairSession(this.#ports, {
      ...this.#moving,
      signal,
      ...(this.#isCatchingUp && { settlingMs: 0 }),
      adopt: this.#replica.adopt,
      ask: (question, bytes) => this.#ask(parent, question, bytes),
    });
    this.#session = session;
    const outcome = await session.run();
    this.#session = undefined;
    if (signal.aborted) return 0;
    this.#conclude(parent.info.id, outcome, session.moved);
    return this.#pauseMs(outcome);
  }

  #conclude(memberId: string, outcome: SessionOutcome, moved: number): void {
    this.#outcomes.add(memberId, outcome, moved);
    if (outcome !== 'failed') this.#hasCompared = true;
    if (outcome === 'equal') this.#last = { memberId, atMs: this.#ports.clock.monotonicMs() };
    this.#inARow = outcome === 'repaired' ? this.#inARow + 1 : 0;
    this.#fruitless = outcome === 'differs' || outcome === 'failed' ? this.#fruitless + 1 : 0;
  }

  /** Until both are equal: what came meanwhile, or was on its way, differs yet. */
  #pauseMs(outcome: SessionOutcome): number {
    if (outcome === 'repaired' && this.#inARow < MAX_IN_A_ROW) return AGAIN_MS;
    const isHurried = outcome !== 'equal' && this.#fruitless < MAX_FRUITLESS;
    if (outcome === 'repaired') this.#inARow = 0;
    if (this.#isCatchingUp && outcome !== 'failed') return CATCH_UP_PERIOD_MS;
    const periodMs = isHurried ? HURRIED_PERIOD_MS : QUIET_PERIOD_MS;
    return Math.round(periodMs * (0.8 + 0.4 * this.#ports.rng.next()));
  }

  get #isCatchingUp(): boolean {
    return this.#ports.clock.monotonicMs() - this.#attachedMs < CATCHING_UP_MS;
  }

  async #ask<Op extends ReplicaOp>(
    parent: Parent,
    question: QuestionOf<Op>,
    bytes = 0,
  ): Promise<ReplicaReply<Op> | undefined> {
    const { id: from, enclave } = this.#self;
    const request = { ...question, from, enclave, sentMs: this.#ports.clock.nowMs() };
    const timeoutMs = askTimeoutMs(this.#options.answerTimeoutMs, bytes);
    const { status, body } = await parent.ask('replica', encodeReplicaRequest<Op>(request), timeoutMs);
    if (status !== 'ok') return undefined;
    const answer = decodeReplicaAnswer<Op>(body, question.op);
    if (answer === undefined || answer.from !== parent.info.id) return undefined;
    if ('expired' in answer) for (const expired of answer.expired ?? []) this.#replica.supersede(expired);
    return answer;
  }
}
