import type { Clock } from '../../gossip/ports/clock.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import type { Entry, ExpiredVersion } from '../../gossip/ports/store.js';
import { compareVersions, type Version } from '../../gossip/version.js';

/**
 * How long after its expiry the version of an entry still counts, in milliseconds: as long as a message may be on its
 * way.
 */
export const EXPIRED_MEMORY_MS = 60_000;

/**
 * How long after its removal it counts whatever the wall clock shows, in milliseconds of monotonic time: by how much the
 * clock may be set back without giving an older value the time of the one that superseded it. Where a clock had run ahead, it
 * is as long until this replica takes an older value again that the others still hold.
 */
export const SET_BACK_MEMORY_MS = 20_000;

/** Most versions remembered; with the longest keys they take 32 MiB, with usual ones a tenth of that. */
export const MAX_EXPIRED_VERSIONS = 32_768;

interface Removed extends ExpiredVersion {
  /** Monotonic time. */
  readonly removedMs: number;
}

/**
 * The versions of what has expired lately. A write that was on its way for longer than a newer one of its key lived
 * must not bring the older value back.
 */
export class ExpiredVersions {
  readonly #clock: Clock;
  readonly #forgotten: Counter;
  /** By key, in order of removal. Bounded by `MAX_EXPIRED_VERSIONS`; those removed first go first. */
  readonly #versions = new Map<string, Removed>();

  constructor(ports: { readonly clock: Clock; readonly metrics: Metrics }) {
    this.#clock = ports.clock;
    this.#forgotten = ports.metrics.counter(
      'repram_expired_versions_forgotten_total',
      'Versions of expired entries forgotten before their time, because too many expired.',
    );
  }

  /** Remembers an entry that has expired, under its key in memory that keeps nothing else alive. */
  add(key: string, { version, expiresAtMs }: Pick<Entry, 'version' | 'expiresAtMs'>): void {
    this.#versions.delete(key);
    this.#versions.set(key, { version, expiresAtMs, removedMs: this.#clock.monotonicMs() });
    this.#forget();
  }

  /** The version of the key that has expired lately: by the clock as it is now, which may have been set back since. */
  get(key: string): ExpiredVersion | undefined {
    const expired = this.#versions.get(key);
    if (expired === undefined || this.#isOver(expired)) return undefined;
    return this.#clock.nowMs() < expired.expiresAtMs ? undefined : expired;
  }

  /** Whether a newer version of the key has expired lately, be it by a clock that has been set back since. */
  supersede(key: string, version: Version): boolean {
    const expired = this.#versions.get(key);
    if (expired === undefined || compareVersions(version, expired.version) >= 0) return false;
    if (this.#clock.nowMs() >= expired.expiresAtMs) return !this.#isOver(expired);
    return this.#clock.monotonicMs() - expired.removedMs < SET_BACK_MEMORY_MS;
  }

  #forget(): void {
    for (const [key, expired] of this.#versions) {
      const isOver = this.#isOver(expired);
      if (!isOver && this.#versions.size <= MAX_EXPIRED_VERSIONS) return;
      this.#versions.delete(key);
      if (!isOver) this.#forgotten.inc();
    }
  }

  #isOver({ expiresAtMs }: ExpiredVersion): boolean {
    return this.#clock.nowMs() >= expiresAtMs + EXPIRED_MEMORY_MS;
  }
}
