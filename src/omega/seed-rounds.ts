import type { HostPort } from '../gossip/address.js';
import { backoffMs } from '../gossip/backoff.js';
import type { Clock } from '../gossip/ports/clock.js';
import type { Rng } from '../gossip/ports/rng.js';

export interface SeedRoundsOptions {
  /** Period in which a node that is alone looks for others, in milliseconds: rounds are no rarer. */
  readonly intervalMs: number;
}

/** What the rounds need of the node around them. */
export interface SeedRoundsParts {
  /** Whether any other node is known to live. */
  readonly isIsolated: () => boolean;
  /** The seeds as they are now, without those where a member lives and those that have answered lately. */
  readonly unmet: () => readonly HostPort[];
  /** Asks the seeds in turn; whether one answered. Must not reject. */
  readonly join: (seeds: readonly HostPort[]) => Promise<boolean>;
}

const FIRST_ROUND_MS = 500;

/** Longest time between two rounds, in milliseconds: two halves of a cluster that were cut find each other as soon. */
export const LONGEST_ROUND_PAUSE_MS = 10_000;

/**
 * Asks every seed where no member lives, for as long as that is so. Nodes that start at the same time join whichever
 * seed is up already, or are joined before their own seed is up; and seeds that are replaced at the same time know
 * nobody but each other. Without this, groups would stay that know nothing of each other, and none of them alone.
 * Rounds come ever more rarely, up to one in `LONGEST_ROUND_PAUSE_MS`. A node that is alone has its recovery for that.
 */
export class SeedRounds {
  readonly #clock: Clock;
  readonly #rng: Rng;
  readonly #options: SeedRoundsOptions;
  readonly #parts: SeedRoundsParts;
  readonly #abort = new AbortController();

  constructor(ports: { readonly clock: Clock; readonly rng: Rng }, options: SeedRoundsOptions, parts: SeedRoundsParts) {
    this.#clock = ports.clock;
    this.#rng = ports.rng;
    this.#options = options;
    this.#parts = parts;
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#abort.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    const capMs = Math.min(this.#options.intervalMs, LONGEST_ROUND_PAUSE_MS);
    const backoff = { baseMs: FIRST_ROUND_MS, capMs };
    for (let round = 0; !signal.aborted; round++) {
      await this.#clock.sleep(backoffMs(this.#rng, round, backoff), signal);
      if (!this.#parts.isIsolated()) await this.#askAll(signal);
    }
  }

  async #askAll(signal: AbortSignal): Promise<void> {
    for (const seed of this.#parts.unmet()) if (!signal.aborted) await this.#parts.join([seed]);
  }
}
