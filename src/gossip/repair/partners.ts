import { type Member, speaksExtension } from '../membership/member.js';
import type { MemberEvent } from '../membership/member-event.js';
import type { MemberTable } from '../membership/member-table.js';
import type { Clock } from '../ports/clock.js';
import { type Rng, sample } from '../ports/rng.js';

/** How long a newcomer is left to catch up by itself, in milliseconds: else everybody would bring it everything. */
export const LEFT_ALONE_MS = 15_000;
/** How long a member that failed is passed over where there are others, in milliseconds. */
const PASSED_OVER_MS = 10_000;

/** Chooses with whom to compare what is held. */
export class Partners {
  readonly #clock: Clock;
  readonly #rng: Rng;
  readonly #members: MemberTable;
  /** Until when a member is passed over, by id: newcomers, and those that failed. Both bounded by the enclave. */
  readonly #newcomers = new Map<string, number>();
  readonly #failed = new Map<string, number>();
  /** Members chosen since all of them were: each has its turn. Bounded by the enclave. */
  readonly #visited = new Set<string>();
  /** Members back from where they could not be reached, not compared with since. Bounded by the enclave. */
  readonly #returned = new Set<string>();

  constructor(ports: { readonly clock: Clock; readonly rng: Rng }, members: MemberTable) {
    this.#clock = ports.clock;
    this.#rng = ports.rng;
    this.#members = members;
  }

  /** @param isYoung whether this node has started lately itself: then everybody joins, and nobody is a newcomer */
  memberChanged({ kind, member }: MemberEvent, isYoung: boolean): void {
    const nowMs = this.#clock.monotonicMs();
    if (!isYoung && (kind === 'joined' || kind === 'restarted')) this.#newcomers.set(member.id, nowMs + LEFT_ALONE_MS);
    if (kind === 'returned') this.#returned.add(member.id);
    if (kind === 'left' || kind === 'removed' || kind === 'evicted') this.#forget(member.id);
  }

  /** Whether there is anybody to compare with, be it later. */
  get exist(): boolean {
    return this.#members.enclavePeers().some(speaksExtension);
  }

  /**
   * A proven member that is well, in rounds of random order: one that has returned before others, one that failed lately
   * after them.
   *
   * @param isNewcomer whether this node is catching up itself; then every member will do
   */
  choose(isNewcomer: boolean): Member | undefined {
    this.#forgetPast(this.#newcomers);
    this.#forgetPast(this.#failed);
    const able = this.#members
      .enclavePeers()
      .filter((member) => speaksExtension(member) && member.proven && member.state === 'alive')
      .filter(({ id }) => isNewcomer || !this.#newcomers.has(id));
    const well = able.filter(({ id }) => !this.#failed.has(id));
    const returned = well.filter(({ id }) => this.#returned.has(id));
    return this.#draw([returned, well, able].find((members) => members.length > 0) ?? []);
  }

  /** Whether the member still takes part: one that was compared with may have gone since. */
  has(member: Member): boolean {
    return this.#members.enclavePeers().includes(member) && speaksExtension(member) && member.proven;
  }

  /** A comparison was gone through to its end: what the ones that returned brought is found from here on. */
  compared(): void {
    this.#returned.clear();
  }

  failed(id: string): void {
    this.#failed.set(id, this.#clock.monotonicMs() + PASSED_OVER_MS);
  }

  #draw(members: readonly Member[]): Member | undefined {
    let unvisited = members.filter(({ id }) => !this.#visited.has(id));
    if (unvisited.length === 0) {
      this.#visited.clear();
      unvisited = [...members];
    }
    const [drawn] = sample(this.#rng, unvisited, 1);
    if (drawn !== undefined) this.#visited.add(drawn.id);
    return drawn;
  }

  #forget(id: string): void {
    this.#newcomers.delete(id);
    this.#failed.delete(id);
    this.#returned.delete(id);
    this.#visited.delete(id);
  }

  #forgetPast(until: Map<string, number>): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [id, untilMs] of until) if (untilMs <= nowMs) until.delete(id);
  }
}
