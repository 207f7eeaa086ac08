import type { Clock } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import type { Hint } from './hint.js';

/** Most hints for one member, and the most bytes that all of them may take. */
export const MAX_HINTS_PER_MEMBER = 65_536;
export const MAX_HINT_BYTES: number = 16 * 1024 * 1024;

/** What a hint takes besides its key, in bytes: an object, and its place in a map. */
const HINT_OVERHEAD_BYTES = 120;

const SWEEP_PERIOD_MS = 1000;

/**
 * Which writes which member missed. Bounded by `MAX_HINTS_PER_MEMBER` and `MAX_HINT_BYTES`; what finds no room is counted
 * and left to the comparison of digests, which finds everything.
 */
export class HintBook {
  readonly #clock: Clock;
  /** By member and key: a later write of a key takes the place of the earlier. */
  readonly #hints = new Map<string, Map<string, Hint>>();
  readonly #kept: Counter;
  readonly #dropped: Counter;
  #sweptMs = Number.NEGATIVE_INFINITY;
  #bytes = 0;
  #count = 0;

  constructor(ports: { readonly clock: Clock; readonly metrics: Metrics }) {
    const { metrics } = ports;
    this.#clock = ports.clock;
    this.#kept = metrics.counter('repram_hints_kept_total', 'Writes remembered for a member that did not take them.');
    this.#dropped = metrics.counter(
      'repram_hints_dropped_total',
      'Writes not, or no longer, remembered for a member: too many, or it is gone. Comparing digests finds them.',
    );
    metrics.gauge('repram_hints', 'Writes remembered for members that did not take them.', () => this.#count);
  }

  /** Members that missed something. */
  members(): readonly string[] {
    return [...this.#hints.keys()];
  }

  /** What the member missed, the longest known first. */
  of(memberId: string): readonly Hint[] {
    return [...(this.#hints.get(memberId)?.values() ?? [])];
  }

  add(memberId: string, hint: Hint): void {
    const hints = this.#hints.get(memberId) ?? new Map<string, Hint>();
    this.#remove(memberId, hints, hint.key);
    if (hints.size >= MAX_HINTS_PER_MEMBER || this.#bytes + bytesOf(hint) > MAX_HINT_BYTES) this.#forgetExpired();
    if (hints.size >= MAX_HINTS_PER_MEMBER || this.#bytes + bytesOf(hint) > MAX_HINT_BYTES) {
      this.#dropped.inc();
      return;
    }
    hints.set(hint.key, hint);
    this.#hints.set(memberId, hints);
    this.#bytes += bytesOf(hint);
    this.#count++;
    this.#kept.inc();
  }

  /** The member has it, or never will. Leaves alone a hint that has taken its place meanwhile. */
  settle(memberId: string, hint: Hint): void {
    const hints = this.#hints.get(memberId);
    if (hints?.get(hint.key) === hint) this.#remove(memberId, hints, hint.key);
  }

  /** The member is gone for good. */
  drop(memberId: string): void {
    const hints = this.#hints.get(memberId);
    if (hints === undefined) return;
    this.#dropped.inc(hints.size);
    for (const key of [...hints.keys()]) this.#remove(memberId, hints, key);
  }

  /** At most once a second: it looks at every hint there is. */
  #forgetExpired(): void {
    if (this.#clock.monotonicMs() - this.#sweptMs < SWEEP_PERIOD_MS) return;
    this.#sweptMs = this.#clock.monotonicMs();
    const nowMs = this.#clock.nowMs();
    for (const [memberId, hints] of this.#hints) {
      for (const { key, expiresAtMs } of [...hints.values()])
        if (nowMs >= expiresAtMs) this.#remove(memberId, hints, key);
    }
  }

  #remove(memberId: string, hints: Map<string, Hint>, key: string): void {
    const hint = hints.get(key);
    if (hint === undefined) return;
    hints.delete(key);
    this.#bytes -= bytesOf(hint);
    this.#count--;
    if (hints.size === 0) this.#hints.delete(memberId);
  }
}

function bytesOf({ key }: Hint): number {
  return HINT_OVERHEAD_BYTES + key.length;
}
