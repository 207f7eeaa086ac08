import type { Clock } from '../../gossip/ports/clock.js';
import type { Histogram, Metrics } from '../../gossip/ports/metrics.js';
import type { LossCause } from './line.js';

/** Why a transient had to find another parent: see `Departure`. */
export type ReattachmentCause = LossCause | 'goodbye' | 'homeward';

const CAUSES: readonly ReattachmentCause[] = ['closed', 'silent', 'unreadable', 'goodbye', 'homeward'];

const BUCKETS_S: readonly number[] = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export interface ReattachmentStatus {
  /** How often, by cause. */
  readonly counts: Readonly<Record<ReattachmentCause, number>>;
  readonly last?: {
    readonly cause: ReattachmentCause;
    readonly durationMs: number;
    /** Wall-clock milliseconds. */
    readonly atMs: number;
  };
}

/** How often, why, and how fast this node found another parent. */
export class Reattachments {
  readonly #clock: Clock;
  readonly #seconds: Readonly<Record<ReattachmentCause, Histogram>>;
  readonly #counts: Record<ReattachmentCause, number> = {
    closed: 0,
    silent: 0,
    unreadable: 0,
    goodbye: 0,
    homeward: 0,
  };
  #last: ReattachmentStatus['last'];

  constructor(ports: { readonly clock: Clock; readonly metrics: Metrics }) {
    const seconds = (cause: ReattachmentCause): Histogram =>
      ports.metrics.histogram(
        'repram_tree_reattach_seconds',
        'Time from the loss of a parent, or from its goodbye, to the welcome of the next one, by what became of the former.',
        BUCKETS_S,
        { cause },
      );
    this.#clock = ports.clock;
    this.#seconds = {
      closed: seconds('closed'),
      silent: seconds('silent'),
      unreadable: seconds('unreadable'),
      goodbye: seconds('goodbye'),
      homeward: seconds('homeward'),
    };
  }

  get status(): ReattachmentStatus {
    return { counts: { ...this.#counts }, ...(this.#last && { last: this.#last }) };
  }

  /** Another parent was found. The first one after the start is no other. */
  add(cause: string, durationMs: number): void {
    const counted = CAUSES.find((each) => each === cause);
    if (counted === undefined) return;
    this.#counts[counted]++;
    this.#seconds[counted].observe(durationMs / 1000);
    this.#last = { cause: counted, durationMs, atMs: this.#clock.nowMs() };
  }
}
