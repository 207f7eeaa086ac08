/** Counts what is under way, and tells when nothing is. Bounded by the open connections. */
export class InFlight {
  #count = 0;
  /** Bounded by the callers of `drained`: one, at shutdown. */
  #waiting: (() => void)[] = [];

  /** Runs `work` as part of what is under way. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#count++;
    try {
      return await work();
    } finally {
      this.#count--;
      if (this.#count === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    }
  }

  /** Resolves once nothing is under way. */
  drained(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
