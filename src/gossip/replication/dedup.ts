import type { Clock } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';

/** How long a message id is remembered at least (wire v1), in milliseconds. */
export const DEDUP_WINDOW_MS = 60_000;

/** Most ids remembered. */
export const MAX_DEDUP_IDS = 1_000_000;

const GENERATIONS = 4;
const SPAN_MS = DEDUP_WINDOW_MS / (GENERATIONS - 1);

interface Generation {
  readonly ids: Set<string>;
  /** Monotonic time from which ids were put into it. */
  readonly startedMs: number;
}

/**
 * Message ids seen lately, in generations: a full or old one is dropped whole, so remembering costs one set entry an id
 * and forgetting nothing. An id stays for one window at least; where more than `maxIds` come in a window, the oldest go
 * early, and a counter tells.
 */
export class Dedup {
  readonly #clock: Clock;
  readonly #maxPerGeneration: number;
  readonly #early: Counter;
  /** Newest first. Bounded by `GENERATIONS` sets of `#maxPerGeneration` ids. */
  readonly #generations: Generation[];

  constructor(ports: { readonly clock: Clock; readonly metrics: Metrics }, maxIds: number = MAX_DEDUP_IDS) {
    this.#clock = ports.clock;
    this.#maxPerGeneration = Math.max(1, Math.floor(maxIds / GENERATIONS));
    this.#generations = [{ ids: new Set(), startedMs: ports.clock.monotonicMs() }];
    this.#early = ports.metrics.counter(
      'repram_dedup_forgotten_early_total',
      'Message ids forgotten before their window was over, because too many came.',
    );
    ports.metrics.gauge('repram_dedup_ids', 'Message ids remembered.', () =>
      this.#generations.reduce((sum, { ids }) => sum + ids.size, 0),
    );
  }

  /** Remembers the id; whether it is new. */
  add(id: string): boolean {
    this.#rotate();
    if (this.#generations.some(({ ids }) => ids.has(id))) return false;
    this.#generations[0]?.ids.add(id);
    return true;
  }

  /** Forgets the id, so that the same message can be taken when it comes again. */
  remove(id: string): void {
    for (const { ids } of this.#generations) ids.delete(id);
  }

  #rotate(): void {
    const nowMs = this.#clock.monotonicMs();
    const newest = this.#generations[0];
    const isOld = newest === undefined || nowMs - newest.startedMs >= SPAN_MS;
    if (!isOld && newest.ids.size < this.#maxPerGeneration) return;
    this.#generations.unshift({ ids: new Set(), startedMs: nowMs });
    if (this.#generations.length > GENERATIONS) this.#dropOldest(nowMs);
  }

  /** The last id was put into the oldest generation when the next one began. */
  #dropOldest(nowMs: number): void {
    const dropped = this.#generations.pop();
    const endedMs = this.#generations.at(-1)?.startedMs ?? nowMs;
    if (dropped !== undefined && nowMs - endedMs < DEDUP_WINDOW_MS) this.#early.inc(dropped.ids.size);
  }
}
