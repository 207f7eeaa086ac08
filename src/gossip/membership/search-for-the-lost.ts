import type { Clock } from '../ports/clock.js';
import type { Rng } from '../ports/rng.js';
import type { Member } from './member.js';
import type { MemberTable } from './member-table.js';
import { ProbeOrder } from './probe-order.js';

/** How long a member counts as lost lately, in milliseconds: such are tried every period. */
const LATELY_MS = 60_000;

/** Time between two tries of members that have long been lost, in milliseconds, give or take a quarter. */
export const LOST_INTERVAL_MS = 10_000;
const JITTER = 0.25;

/**
 * Which evicted member is tried next. Two healthy halves of a cluster hold each other for dead: they become one again when
 * one node of either side tries one of the other. Members that have restarted, or were evicted by mistake, come back
 * within seconds as a rule; for the others a try now and then has to do.
 */
export class SearchForTheLost {
  readonly #clock: Clock;
  readonly #rng: Rng;
  readonly #members: MemberTable;
  readonly #order: ProbeOrder;
  #nextMs: number;

  constructor(ports: { readonly clock: Clock; readonly rng: Rng }, members: MemberTable) {
    this.#clock = ports.clock;
    this.#rng = ports.rng;
    this.#members = members;
    this.#order = new ProbeOrder(ports.rng);
    this.#nextMs = this.#clock.monotonicMs() + this.#pauseMs();
  }

  /** Whom to try now, if anybody. To be asked once a period. */
  next(): Member | undefined {
    const nowMs = this.#clock.monotonicMs();
    const lately = (member: Member) => member.proven && nowMs - member.sinceMs < LATELY_MS;
    const isTime = nowMs >= this.#nextMs;
    if (isTime) this.#nextMs = nowMs + this.#pauseMs();
    const eligible = isTime ? (member: Member) => member.proven : lately;
    return this.#order.next(this.#members.dead(), eligible);
  }

  #pauseMs(): number {
    return LOST_INTERVAL_MS * (1 + JITTER * (2 * this.#rng.next() - 1));
  }
}
