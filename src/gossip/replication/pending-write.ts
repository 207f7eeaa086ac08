/** A write that waits for its quorum. */
export class PendingWrite {
  /** ACKs wanted besides the writer's own copy. */
  readonly #needed: number;
  readonly #settle: (reached: boolean) => void;
  /** Distinct members that acknowledged. Bounded by the enclave. */
  readonly #acked = new Set<string>();
  /** Members that may yet acknowledge; `undefined` where others forward, so that anybody may. */
  readonly #hopeful: Set<string> | undefined;
  #settled = false;

  constructor(needed: number, hopeful: Iterable<string> | undefined, settle: (reached: boolean) => void) {
    this.#needed = needed;
    this.#hopeful = hopeful && new Set(hopeful);
    this.#settle = settle;
  }

  /** A member acknowledged. Acknowledging twice counts once. */
  ack(memberId: string): void {
    this.#acked.add(memberId);
    if (this.#acked.size >= this.#needed) this.finish(true);
  }

  /** A member lost the copy that it acknowledged. */
  revoke(memberId: string): void {
    if (this.#acked.delete(memberId)) this.lose(memberId);
  }

  /** A member cannot acknowledge any more. Where the rest cannot make the quorum, waiting is over. */
  lose(memberId: string): void {
    if (this.#hopeful === undefined || this.#acked.has(memberId)) return;
    this.#hopeful.delete(memberId);
    let reachable = this.#acked.size;
    for (const id of this.#hopeful) if (!this.#acked.has(id)) reachable++;
    if (reachable < this.#needed) this.finish(false);
  }

  /** Ends the waiting; only the first call counts. */
  finish(reached: boolean): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#settle(reached);
  }
}
