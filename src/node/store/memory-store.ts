import type { Clock } from '../../gossip/ports/clock.js';
import type { Log } from '../../gossip/ports/log.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import type { Entry, ExpiredVersion, Inventory, KeyPage, PutOutcome, Store } from '../../gossip/ports/store.js';
import { compareVersions, type Version } from '../../gossip/version.js';
import { ExpiredVersions } from './expired-versions.js';
import { ExpiryIndex } from './expiry-index.js';
import { footprint } from './footprint.js';
import { KeyIndex } from './key-index.js';
import { RangeIndex } from './range-index.js';
import { ownedText, StoredEntry } from './stored-entry.js';
import { Sweeper } from './sweeper.js';

export interface MemoryStoreOptions {
  /** Most bytes the entries may take, keys and bookkeeping included; 0 = no limit. */
  readonly maxBytes: number;
}

export interface MemoryStorePorts {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
}

const FULL_LOG_PERIOD_MS = 60_000;

/** Expired entries freed at most before digests are read: some ten milliseconds of work. */
const FREED_FOR_DIGESTS = 5000;

/**
 * Entries in memory, bounded by `maxBytes`. Expiry follows the wall clock: set forward, it expires what it passes; set
 * back, it gives an entry that has not been swept yet its time again.
 */
export class MemoryStore implements Store {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #maxBytes: number;
  readonly #entries = new Map<string, StoredEntry>();
  readonly #keys = new KeyIndex();
  readonly #expiry = new ExpiryIndex();
  readonly #ranges: RangeIndex;
  readonly #expiredVersions: ExpiredVersions;
  readonly #sweeper: Sweeper;
  readonly #expired: Counter;
  readonly #rejectedFull: Counter;
  readonly #staleWrites: Counter;
  #bytes = 0;
  #fullLoggedMs = Number.NEGATIVE_INFINITY;

  constructor(ports: MemoryStorePorts, options: MemoryStoreOptions) {
    const { clock, metrics } = ports;
    this.#clock = clock;
    this.#log = ports.log;
    this.#maxBytes = options.maxBytes === 0 ? Number.POSITIVE_INFINITY : options.maxBytes;
    this.#expiredVersions = new ExpiredVersions(ports);
    this.#ranges = new RangeIndex(ports, () => this.#sweep(FREED_FOR_DIGESTS));
    this.#sweeper = new Sweeper({ clock }, (limit) => this.#sweep(limit));
    metrics.gauge(
      'repram_store_entries',
      'Entries held, expired ones not yet swept included.',
      () => this.#entries.size,
    );
    metrics.gauge('repram_store_bytes', 'Bytes that count towards the storage cap.', () => this.#bytes);
    this.#expired = metrics.counter('repram_store_expired_total', 'Entries removed because their time was over.');
    this.#rejectedFull = metrics.counter('repram_store_rejected_full_total', 'Writes refused for the storage cap.');
    this.#staleWrites = metrics.counter('repram_store_stale_writes_total', 'Writes older than the version held.');
  }

  /** Starts freeing what expires. Reads and writes work without. */
  start(): void {
    this.#sweeper.start();
  }

  stop(): void {
    this.#sweeper.stop();
  }

  /**
   * Of equal versions the one that arrives later is kept: one old node stamps all its writes of a second alike, and the
   * order of arrival is then the best guess at the order of writing.
   *
   * A write whose time is over still removes the older version it supersedes. Where it arrived in time it did so too,
   * and has since expired: so the old value is gone from every replica, rather than back on those that were late. Nor
   * does a late write bring back a value that a newer one, expired within the last minute, superseded.
   */
  put(entry: Entry): PutOutcome {
    const nowMs = this.#clock.nowMs();
    const held = this.#live(entry.key, nowMs);
    if (this.#isSuperseded(entry, held)) {
      this.#staleWrites.inc();
      return 'stale';
    }
    if (nowMs >= entry.expiresAtMs) {
      if (held !== undefined) this.#remove(held);
      this.#expiredVersions.add(held?.key ?? ownedText(entry.key), entry);
      return 'expired';
    }
    if (!this.#makeRoom(entry, held, nowMs)) return this.#refuse();
    this.#replace(held, entry);
    return 'stored';
  }

  get(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry === undefined || entry.isExpired(this.#clock.nowMs()) ? undefined : entry;
  }

  expired(key: string): ExpiredVersion | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return this.#expiredVersions.get(key);
    return entry.isExpired(this.#clock.nowMs()) ? entry : undefined;
  }

  lastVersion(key: string): Version | undefined {
    return this.#entries.get(key)?.version ?? this.#expiredVersions.get(key)?.version;
  }

  keys(query: { readonly prefix?: string; readonly cursor?: string; readonly limit?: number }): KeyPage {
    const nowMs = this.#clock.nowMs();
    const limit = query.limit ?? Number.POSITIVE_INFINITY;
    const keys: string[] = [];
    for (const key of this.#keys.from(query.prefix ?? '', query.cursor)) {
      if (this.#entries.get(key)?.isExpired(nowMs)) continue;
      const last = keys.at(-1);
      if (keys.length >= limit) return last === undefined ? { keys } : { keys, nextCursor: last };
      keys.push(key);
    }
    return { keys };
  }

  get inventory(): Inventory {
    return this.#ranges;
  }

  #isSuperseded(entry: Entry, held: StoredEntry | undefined): boolean {
    if (held === undefined) return this.#expiredVersions.supersede(entry.key, entry.version);
    return compareVersions(entry.version, held.version) < 0;
  }

  /** The entry of a key; one that has expired is removed on the way. */
  #live(key: string, nowMs: number): StoredEntry | undefined {
    const entry = this.#entries.get(key);
    if (!entry?.isExpired(nowMs)) return entry;
    this.#expire(entry);
    return undefined;
  }

  /** Whether `entry` fits in place of `held`; frees as much of what has expired as it takes. */
  #makeRoom(entry: Entry, held: StoredEntry | undefined, nowMs: number): boolean {
    const freed = held === undefined ? 0 : footprint(held.key, held.byteLength);
    const growth = footprint(entry.key, entry.bytes.byteLength) - freed;
    while (this.#bytes + growth > this.#maxBytes) {
      const expired = this.#expiry.firstExpired(nowMs);
      if (expired === undefined) return false;
      this.#expire(expired);
    }
    return true;
  }

  #replace(held: StoredEntry | undefined, entry: Entry): void {
    const stored = new StoredEntry(entry, held?.key ?? ownedText(entry.key));
    if (held === undefined) {
      this.#keys.add(stored.key);
    } else {
      this.#expiry.remove(held);
      this.#ranges.remove(held);
      this.#bytes -= footprint(held.key, held.byteLength);
    }
    this.#entries.set(stored.key, stored);
    this.#expiry.add(stored);
    this.#ranges.add(stored);
    this.#bytes += footprint(stored.key, stored.byteLength);
  }

  #remove(entry: StoredEntry): void {
    this.#entries.delete(entry.key);
    this.#keys.delete(entry.key);
    this.#expiry.remove(entry);
    this.#ranges.remove(entry);
    this.#bytes -= footprint(entry.key, entry.byteLength);
  }

  #expire(entry: StoredEntry): void {
    this.#remove(entry);
    this.#expiredVersions.add(entry.key, entry);
    this.#expired.inc();
  }

  #sweep(limit: number): number {
    const nowMs = this.#clock.nowMs();
    for (let swept = 0; swept < limit; swept++) {
      const expired = this.#expiry.firstExpired(nowMs);
      if (expired === undefined) return swept;
      this.#expire(expired);
    }
    return limit;
  }

  #refuse(): PutOutcome {
    this.#rejectedFull.inc();
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#fullLoggedMs >= FULL_LOG_PERIOD_MS) {
      this.#fullLoggedMs = nowMs;
      this.#log.warn('storage cap reached: writes are refused', {
        entries: this.#entries.size,
        bytes: this.#bytes,
        maxBytes: this.#maxBytes,
      });
    }
    return 'full';
  }
}
