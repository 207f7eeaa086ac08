import { type HybridClock, MAX_CLOCK_SKEW_MS } from '../hybrid-clock.js';
import type { Clock } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import type { Entry, PutOutcome, Store } from '../ports/store.js';
import { compareVersions, type Version } from '../version.js';
import type { TtlRange } from './ttl.js';

interface ApplierPorts {
  readonly clock: Clock;
  readonly store: Store;
  readonly metrics: Metrics;
}

const EMPTY = new Uint8Array(0);

/**
 * Puts into the store what other nodes made, by whichever way it came: the newest version wins, none is believed to be
 * further ahead of this node's clock than `MAX_CLOCK_SKEW_MS`, and nothing lives longer than this node lets values live.
 */
export class Applier {
  readonly #ports: ApplierPorts;
  readonly #ttl: TtlRange;
  readonly #hybridClock: HybridClock;
  readonly #clamped: Counter;
  readonly #adopted: Counter;

  constructor(ports: ApplierPorts, ttl: TtlRange, hybridClock: HybridClock) {
    this.#ports = ports;
    this.#ttl = ttl;
    this.#hybridClock = hybridClock;
    this.#clamped = ports.metrics.counter(
      'repram_versions_clamped_total',
      'Writes stamped further ahead than the clock skew allowed: taken as of that bound, or by repair not at all.',
    );
    this.#adopted = ports.metrics.counter(
      'repram_replica_entries_adopted_total',
      'Entries taken from other replicas because they were newer than what was held here.',
    );
  }

  /** Applies a write. It expires when it says, or earlier; never later. */
  apply(entry: Entry): PutOutcome {
    const bounded = this.#bounded(entry);
    this.#hybridClock.observe(bounded.version);
    return this.#ports.store.put(bounded);
  }

  /**
   * Applies what another replica holds, unless this one holds the same version, or the same has expired here lately: that
   * changes nothing. Nor is a version believed that is too far ahead, where another one is known here: it would be taken as
   * of a bound that moves on with the clock, and so beat, each time it comes, what was written since.
   *
   * @returns `disbelieved` where the entry is not held here and no other version can be named in its place
   */
  adopt(entry: Entry): PutOutcome | 'disbelieved' {
    const { store, clock } = this.#ports;
    const known = store.lastVersion(entry.key);
    if (known !== undefined && compareVersions(known, entry.version) >= 0) return 'stale';
    if (known !== undefined && entry.version.ms > clock.nowMs() + MAX_CLOCK_SKEW_MS) {
      this.#clamped.inc();
      return 'disbelieved';
    }
    const outcome = this.apply(entry);
    if (outcome === 'stored') this.#adopted.inc();
    // A newer one has expired by a clock that was set back since: this one is not held here, and cannot be for a while.
    return known === undefined && outcome === 'stale' ? 'disbelieved' : outcome;
  }

  /**
   * Applies that a version was made elsewhere and has expired there: what is older goes, since every node that got it in
   * time has put the newer one in its place. Not before it has expired by the clock of this node, too: it may live here,
   * and what it replaced is read where it never came. Nor is a version believed that is too far ahead.
   *
   * @param expiresAtMs when it expired, where that was said
   */
  supersede(key: string, version: Version, expiresAtMs: number = this.#ports.clock.nowMs()): void {
    const nowMs = this.#ports.clock.nowMs();
    if (nowMs < expiresAtMs || version.ms > nowMs + MAX_CLOCK_SKEW_MS) return;
    const known = this.#ports.store.lastVersion(key);
    if (known !== undefined && compareVersions(known, version) >= 0) return;
    this.apply({ key, bytes: EMPTY, createdMs: expiresAtMs - 1000, ttlSeconds: 1, expiresAtMs, version });
  }

  #bounded(entry: Entry): Entry {
    const latestMs = this.#ports.clock.nowMs() + MAX_CLOCK_SKEW_MS;
    let { version } = entry;
    if (version.ms > latestMs) {
      this.#clamped.inc();
      version = { ...version, ms: latestMs };
    }
    const createdMs = Math.min(entry.createdMs, latestMs);
    const ttlSeconds = Math.min(entry.ttlSeconds, this.#ttl.maxSeconds);
    if (version === entry.version && createdMs === entry.createdMs && ttlSeconds === entry.ttlSeconds) return entry;
    const { key, bytes } = entry;
    return { key, bytes, createdMs, ttlSeconds, expiresAtMs: createdMs + ttlSeconds * 1000, version };
  }
}
