import type { HostPort } from '../gossip/address.js';
import { backoffMs } from '../gossip/backoff.js';
import type { Clock } from '../gossip/ports/clock.js';
import type { Log } from '../gossip/ports/log.js';
import type { Counter, Metrics } from '../gossip/ports/metrics.js';
import type { Rng } from '../gossip/ports/rng.js';
import { Ticker } from '../gossip/ticker.js';
import { within } from '../gossip/within.js';
import { seldom } from './seldom.js';

export interface IsolationRecoveryOptions {
  /** Time between two looks at whether the node is alone, in milliseconds. */
  readonly intervalMs: number;
}

interface IsolationRecoveryPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What recovery needs of the node around it. */
export interface IsolationRecoveryParts {
  /** Whether any other node is known to live. */
  readonly isIsolated: () => boolean;
  /** The seeds as they are now. */
  readonly seeds: () => readonly HostPort[];
  /** Asks the seeds in turn; whether one answered. Must not reject. */
  readonly join: (seeds: readonly HostPort[]) => Promise<boolean>;
  /** Looks for newer seeds, where there is anywhere to look; resolves when that is done. Must not reject. */
  readonly refresh?: () => Promise<void>;
}

/** How a cycle ended: others are known again, the node is still alone, or it was stopped. */
export type RecoveryOutcome = 'recovered' | 'alone' | 'stopped';

/** A cycle began, or ended. */
export type RecoveryEvent =
  | { readonly kind: 'started' }
  | { readonly kind: 'ended'; readonly outcome: RecoveryOutcome };

/** Called synchronously, in order of subscription. */
export type RecoveryListener = (event: RecoveryEvent) => void;

const RETRY = { baseMs: 250, capMs: 4000 } as const;

/** How long a cycle waits for newer seeds before it asks those that are known, in milliseconds. */
const REFRESH_WAIT_MS = 2000;

/** Least time between two looks for newer seeds in a cycle, in milliseconds: the sources may have been cut off too. */
const REFRESH_PAUSE_MS = 5000;

/**
 * Finds the way back for a node that knows nobody: at start, when the last member goes, and at every tick. A cycle asks
 * the seeds again and again, with backoff, for one interval. Single-flight: whatever triggers it, one cycle runs at a
 * time.
 */
export class IsolationRecovery {
  readonly #ports: IsolationRecoveryPorts;
  readonly #options: IsolationRecoveryOptions;
  readonly #parts: IsolationRecoveryParts;
  readonly #ticker: Ticker;
  readonly #cycles: Counter;
  readonly #recoveries: Counter;
  /** Bounded by the wiring of the node: whoever subscribes does so once, before the start. */
  readonly #listeners: RecoveryListener[] = [];
  #isStopped = false;
  #running: Promise<void> | undefined;
  /** Ends the pause after the attempt under way. One for each attempt, so that nothing is left behind at a longer-lived signal. */
  #wake = new AbortController();

  constructor(ports: IsolationRecoveryPorts, options: IsolationRecoveryOptions, parts: IsolationRecoveryParts) {
    this.#ports = ports;
    this.#options = options;
    this.#parts = parts;
    this.#ticker = new Ticker(ports.clock, options.intervalMs, () => this.#tick());
    this.#cycles = ports.metrics.counter('repram_recovery_cycles_total', 'Isolation recovery cycles begun.');
    this.#recoveries = ports.metrics.counter('repram_recoveries_total', 'Recovery cycles that ended the isolation.');
  }

  subscribe(listener: RecoveryListener): void {
    this.#listeners.push(listener);
  }

  start(): void {
    this.#ticker.start();
  }

  stop(): void {
    this.#ticker.stop();
    this.#isStopped = true;
    this.#wake.abort();
  }

  /** Other seeds are known now: a cycle that pauses, or is about to, asks them at once. */
  seedsChanged(): void {
    this.#wake.abort();
  }

  /**
   * Begins a cycle if the node is alone, has seeds, and no cycle runs; resolves when the running one has ended.
   *
   * @param options.refresh whether newer seeds are looked for first: not where that has just been done
   */
  trigger({ refresh = true }: { readonly refresh?: boolean } = {}): Promise<void> {
    if (this.#running !== undefined) return this.#running;
    const hasSeeds = this.#parts.seeds().length > 0 || this.#parts.refresh !== undefined;
    if (this.#isStopped || !this.#parts.isIsolated() || !hasSeeds) return Promise.resolve();
    this.#cycles.inc();
    this.#running = this.#cycle(refresh)
      .then((outcome) => this.#emit({ kind: 'ended', outcome }))
      .finally(() => {
        this.#running = undefined;
      });
    this.#emit({ kind: 'started' });
    return this.#running;
  }

  /** What a tick promises, newer seeds and who is there, it gives also while a cycle runs. */
  #tick(): void {
    if (this.#running === undefined) void this.trigger();
    else void this.#parts.refresh?.();
  }

  async #cycle(isRefreshDue: boolean): Promise<RecoveryOutcome> {
    const { clock, rng, log } = this.#ports;
    const deadlineMs = clock.monotonicMs() + this.#options.intervalMs;
    const lookAgain = seldom(clock, REFRESH_PAUSE_MS, () => void this.#parts.refresh?.());
    if (isRefreshDue) await this.#refresh();
    for (let attempt = 0; !this.#isStopped; attempt++) {
      const wake = new AbortController();
      this.#wake = wake;
      lookAgain();
      await this.#parts.join(this.#parts.seeds());
      if (!this.#parts.isIsolated()) {
        this.#recoveries.inc();
        return 'recovered';
      }
      if (attempt === 0) log.info('no seed answers yet; serving alone and trying again');
      const pauseMs = backoffMs(rng, attempt, RETRY);
      if (clock.monotonicMs() + pauseMs >= deadlineMs) return 'alone';
      await clock.sleep(pauseMs, wake.signal);
    }
    return 'stopped';
  }

  /** The seeds known may be gone, all of them. A source that is slow does not hold up those that are known. */
  async #refresh(): Promise<void> {
    const refreshed = this.#parts.refresh?.();
    if (refreshed !== undefined) await within(this.#ports.clock, refreshed, REFRESH_WAIT_MS);
  }

  #emit(event: RecoveryEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
