import { isGone } from '../membership/member.js';
import type { MemberTable } from '../membership/member-table.js';
import type { Clock } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import type { Store } from '../ports/store.js';
import type { Applier } from '../replication/applier.js';
import type { Self } from '../self.js';
import { compareVersions } from '../version.js';
import type { ExpiredKey, QuestionOf, ReplicaAnswer, ReplicaOp, ReplicaReply, ReplicaRequest } from './request.js';

/** The questions by which replicas find out what they lack. */
export type RepairOp = Exclude<ReplicaOp, 'read' | 'give'>;

/**
 * - `ok`: answered.
 * - `foreign`: the asker is of another enclave, whose data is none of ours.
 * - `stranger`: the asker is no member here, or has gone. It may ask again once it has introduced itself.
 */
export type ReplicaReceipt =
  | { readonly kind: 'ok'; readonly answer: ReplicaAnswer }
  | { readonly kind: 'foreign' | 'stranger' };

interface ReplicaDeskParts {
  readonly members: MemberTable;
  readonly applier: Applier;
  readonly repair: { answer(question: QuestionOf<RepairOp>): ReplicaReply<RepairOp> };
}

/** Answers what members of the enclave ask on the replica channel. */
export class ReplicaDesk {
  readonly #clock: Clock;
  readonly #store: Store;
  readonly #self: Self;
  readonly #parts: ReplicaDeskParts;
  readonly #asked: Readonly<Record<ReplicaOp, Counter>>;
  readonly #refused: Counter;

  constructor(
    ports: { readonly clock: Clock; readonly store: Store; readonly metrics: Metrics },
    self: Self,
    parts: ReplicaDeskParts,
  ) {
    this.#clock = ports.clock;
    this.#store = ports.store;
    this.#self = self;
    this.#parts = parts;
    const asked = (op: ReplicaOp) =>
      ports.metrics.counter('repram_replica_questions_total', 'Questions of other replicas that were answered.', {
        op,
      });
    this.#asked = {
      read: asked('read'),
      give: asked('give'),
      digest: asked('digest'),
      leaves: asked('leaves'),
      list: asked('list'),
      fetch: asked('fetch'),
      pull: asked('pull'),
    };
    this.#refused = ports.metrics.counter(
      'repram_replica_questions_refused_total',
      'Questions refused: the asker is no member, or is of another enclave.',
    );
  }

  /** Answers one question. Never throws. */
  receive(request: ReplicaRequest): ReplicaReceipt {
    const { members } = this.#parts;
    const { enclave } = this.#self;
    const asker = members.get(request.from);
    const isForeign = request.enclave !== enclave || (asker !== undefined && asker.enclave !== enclave);
    if (isForeign || asker === undefined || isGone(asker)) {
      this.#refused.inc();
      return { kind: isForeign ? 'foreign' : 'stranger' };
    }
    members.heard(asker.id);
    return { kind: 'ok', answer: this.#answer(request) };
  }

  /** Answers a node that is no member and may ask all the same: one that is attached. Never throws. */
  receiveOfAttached(request: ReplicaRequest): ReplicaReceipt {
    if (request.enclave !== this.#self.enclave) {
      this.#refused.inc();
      return { kind: 'foreign' };
    }
    return { kind: 'ok', answer: this.#answer(request) };
  }

  #answer(request: ReplicaRequest): ReplicaAnswer {
    const { id, instance } = this.#self;
    this.#asked[request.op].inc();
    return { ...this.#replyTo(request), from: id, instance, sentMs: this.#clock.nowMs() };
  }

  #read({ key, held }: QuestionOf<'read'>): ReplicaReply<'read'> {
    const entry = this.#store.get(key);
    if (entry !== undefined && (held === undefined || compareVersions(entry.version, held) > 0)) {
      return { op: 'read', entry };
    }
    const version = this.#store.lastVersion(key);
    return { op: 'read', ...(version && { version }) };
  }

  #give({ entries }: QuestionOf<'give'>): ReplicaReply<'give'> {
    const taken = entries.map((entry) => this.#parts.applier.adopt(entry)).filter(isSettled).length;
    const expired: ExpiredKey[] = [];
    for (const { key, version } of entries) {
      const known = this.#store.expired(key);
      if (known === undefined || compareVersions(known.version, version) <= 0) continue;
      expired.push({ key, version: known.version, expiresAtMs: known.expiresAtMs });
    }
    return { op: 'give', taken, ...(expired.length > 0 && { expired }) };
  }

  #replyTo(question: ReplicaRequest): ReplicaReply {
    switch (question.op) {
      case 'read':
        return this.#read(question);
      case 'give':
        return this.#give(question);
      default:
        return this.#parts.repair.answer(question);
    }
  }
}

/** Whether an entry need not come again: it is here, or something newer is. */
function isSettled(outcome: ReturnType<Applier['adopt']>): boolean {
  return outcome !== 'full' && outcome !== 'disbelieved';
}
