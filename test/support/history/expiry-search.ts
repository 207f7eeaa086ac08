import type { KnownWrite } from './known-write.js';

/** Says whether a key can be empty: because a write that may be the newest may have expired. O(log n) a question. */
export class ExpirySearch {
  /** Ascending. */
  readonly #highs: readonly number[];
  /** The earliest expiry of the write at the same index and of all after it. */
  readonly #earliestMs: readonly number[];

  constructor(writes: readonly KnownWrite[]) {
    const byHigh = [...writes].sort((a, b) => (a.high < b.high ? -1 : Number(a.high > b.high)));
    const earliestMs: number[] = byHigh.map((write) => write.earliestExpiryMs);
    for (let i = earliestMs.length - 2; i >= 0; i--) {
      earliestMs[i] = Math.min(earliestMs[i] ?? 0, earliestMs[i + 1] ?? 0);
    }
    this.#highs = byHigh.map((write) => write.high);
    this.#earliestMs = earliestMs;
  }

  /** Whether a write that is not provably older than `low` may have expired when a clock shows `clockMs` or less. */
  mayHaveExpired(low: number, clockMs: number): boolean {
    const earliestMs = this.#earliestMs[this.#firstNotOlder(low)];
    return earliestMs !== undefined && earliestMs <= clockMs;
  }

  #firstNotOlder(low: number): number {
    let from = 0;
    let to = this.#highs.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#highs[middle] ?? 0) < low) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
