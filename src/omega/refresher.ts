import type { Clock, Timer } from '../gossip/ports/clock.js';
import type { Log } from '../gossip/ports/log.js';
import type { Counter, Metrics } from '../gossip/ports/metrics.js';
import type { Rng } from '../gossip/ports/rng.js';
import { Ticker } from '../gossip/ticker.js';
import type { RootListCache } from './cache.js';
import type { ListState, RootListHolder } from './holder.js';
import { refreshPauseMs, retryPauseMs } from './schedule.js';
import { aboutList, type SourceRound } from './source-round.js';
import type { RootListVerifier, VerifiedRootList } from './verify.js';

interface RefresherPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface RefresherParts {
  readonly verifier: RootListVerifier;
  readonly holder: RootListHolder;
  readonly round: SourceRound;
  readonly cache: RootListCache;
}

/** How often the node looks whether its list has expired, in milliseconds: a wall clock that jumps sets off no timer. */
export const WATCH_MS = 30_000;

/** Before every list, so that it says nothing about expiry: what is in the cache may have expired. */
const NO_TIME = Number.NEGATIVE_INFINITY;

/**
 * Keeps the list in hand the newest there is. It is refreshed before it expires, again and again where that fails, and
 * at once when somebody asks. One refresh runs at a time; whoever asks while one runs gets another one after it.
 */
export class RootRefresher {
  readonly #ports: RefresherPorts;
  readonly #parts: RefresherParts;
  readonly #watch: Ticker;
  readonly #succeeded: Counter;
  readonly #failed: Counter;
  #isStopped = false;
  #loaded: Promise<void> | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #timer: Timer | undefined;
  #failures = 0;
  #lastRefreshS = 0;
  #state: ListState = 'none';
  #kept: VerifiedRootList | undefined;

  constructor(ports: RefresherPorts, parts: RefresherParts) {
    this.#ports = ports;
    this.#parts = parts;
    this.#watch = new Ticker(ports.clock, WATCH_MS, () => this.#look());
    const refreshes = (outcome: string): Counter =>
      ports.metrics.counter('repram_omega_refreshes_total', 'Refreshes of the root list, by outcome.', { outcome });
    this.#succeeded = refreshes('ok');
    this.#failed = refreshes('failed');
    ports.metrics.gauge(
      'repram_omega_last_refresh_unix_seconds',
      'When a source last gave a good root list; 0 = never.',
      () => this.#lastRefreshS,
    );
    ports.metrics.gauge(
      'repram_omega_list_expires_unix_seconds',
      'When the newest root list expires; 0 = there is none.',
      () => parts.holder.newest?.expiresS ?? 0,
    );
    parts.holder.subscribe((list) => this.#taken(list));
  }

  /** When a source last gave a good list, in Unix seconds; 0 = never. */
  get lastRefreshS(): number {
    return this.#lastRefreshS;
  }

  /** Resolves when there is a list that may be used, from the cache or a source, or the first refresh has failed. */
  async start(): Promise<void> {
    this.#watch.start();
    const first = this.trigger();
    await this.#loaded;
    if (this.#parts.holder.current() === undefined) await first;
  }

  stop(): void {
    this.#isStopped = true;
    this.#watch.stop();
    this.#timer?.cancel();
    this.#parts.round.stop();
  }

  /** Resolves when a refresh that began no earlier than this call has ended. Never rejects. */
  trigger(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    if (this.#running === undefined) return this.#begin();
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      if (this.#isStopped) return;
      return this.#running ?? this.#begin();
    });
    return this.#next;
  }

  #begin(): Promise<void> {
    this.#timer?.cancel();
    this.#loaded ??= this.#load();
    this.#running = this.#refresh().then(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #load(): Promise<void> {
    const { cache, verifier, holder } = this.#parts;
    const { log } = this.#ports;
    for (const line of await cache.load()) {
      const verdict = verifier.verify(line, NO_TIME);
      if (!verdict.ok) {
        log.warn('the cached root list does not verify; it is not used', { code: verdict.code });
        continue;
      }
      this.#kept = verdict.list;
      holder.offer(verdict.list);
    }
    this.#kept = holder.newest;
    const list = holder.newest;
    if (list === undefined) return;
    const isUsable = holder.current() !== undefined;
    const message = isUsable ? 'root list read from the cache' : 'the cached root list has expired; it is not used';
    log[isUsable ? 'info' : 'warn'](message, aboutList(list));
  }

  async #refresh(): Promise<void> {
    await this.#loaded;
    const isGood = !this.#isStopped && (await this.#parts.round.run());
    if (this.#isStopped) return;
    if (isGood) {
      this.#failures = 0;
      this.#lastRefreshS = Math.floor(this.#ports.clock.nowMs() / 1000);
      this.#succeeded.inc();
    } else {
      this.#failures++;
      this.#failed.inc();
    }
    this.#keep();
    this.#look();
    this.#schedule();
  }

  #schedule(): void {
    const { clock, rng } = this.#ports;
    const expiresMs = (this.#parts.holder.newest?.expiresS ?? 0) * 1000;
    const pauseMs =
      this.#failures === 0 ? refreshPauseMs(rng, expiresMs - clock.nowMs()) : retryPauseMs(rng, this.#failures);
    this.#timer = clock.setTimer(pauseMs, () => void this.trigger());
  }

  #taken(list: VerifiedRootList): void {
    this.#state = this.#parts.holder.state();
    if (list !== this.#kept) this.#keep();
  }

  /** Writes the newest list to the cache, unless it is there. What could not be written is tried again. */
  #keep(): void {
    const list = this.#parts.holder.newest;
    if (list === undefined || list === this.#kept) return;
    void this.#parts.cache.save(list).then((isSaved) => {
      if (isSaved) this.#kept = list;
    });
  }

  /** Says that the list has expired when it has, and looks for another. */
  #look(): void {
    const former = this.#state;
    const state = this.#parts.holder.state();
    this.#state = state;
    if (state === former) return;
    const { log } = this.#ports;
    if (state === 'valid') log.info('the root list counts again: the clock was set back');
    if (state === 'grace') {
      log.warn('the root list has expired and is used for 5 min more; sign and publish a new one now');
    }
    if (state === 'expired') {
      log.error(
        'the root list has expired: this node serves on with the members it knows, and finds no others. Sign and ' +
          'publish a new list; it is looked for until then',
      );
    }
    if (state !== 'valid') void this.trigger();
  }
}
