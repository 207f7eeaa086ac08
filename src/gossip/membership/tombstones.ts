import { MAX_CLOCK_SKEW_MS } from '../hybrid-clock.js';
import type { Clock } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import type { NodeInfo } from '../wire/message.js';
import type { Tombstone } from '../wire/news.js';

/** How long a removal bars a node, in milliseconds of wall-clock time. */
export const REMOVAL_MEMORY_MS: number = 24 * 60 * 60 * 1000;

/** Most removals remembered. */
export const MAX_TOMBSTONES = 10_000;

/**
 * - `new`: it bars more, or longer, than what was known. Pass on what `get` gives: its expiry may have been clamped.
 * - `known`: it says no more than what is known.
 * - `expired`: its time is over.
 * - `refused`: there is no room, and all that is remembered expires later.
 */
export type TombstoneOutcome = 'new' | 'known' | 'expired' | 'refused';

/**
 * Which nodes were removed on purpose, and must not come back by what others still say of them. Merging is commutative,
 * associative and idempotent, so that all members agree, in whatever order they hear of it.
 */
export class Tombstones {
  readonly #clock: Clock;
  readonly #forgotten: Counter;
  /** By node id. Bounded by `MAX_TOMBSTONES`: the one that expires first goes first. */
  readonly #tombstones = new Map<string, Tombstone>();

  constructor(ports: { readonly clock: Clock; readonly metrics: Metrics }) {
    this.#clock = ports.clock;
    this.#forgotten = ports.metrics.counter(
      'repram_tombstones_forgotten_early_total',
      'Removals of nodes forgotten before their time, because there were too many.',
    );
    ports.metrics.gauge('repram_tombstones', 'Removals of nodes remembered.', () => this.#tombstones.size);
  }

  /**
   * Takes in a removal. None bars for longer than `REMOVAL_MEMORY_MS` from now, give or take the skew of clocks: a node
   * with a wrong clock must not bar another for years.
   */
  set(received: Tombstone): TombstoneOutcome {
    const latestMs = this.#clock.nowMs() + REMOVAL_MEMORY_MS + MAX_CLOCK_SKEW_MS;
    const tombstone = { ...received, expiresAtMs: Math.min(received.expiresAtMs, latestMs) };
    if (this.#isOver(tombstone)) return 'expired';
    const known = this.get(tombstone.id);
    if (known !== undefined && compare(tombstone, known) <= 0) return 'known';
    this.#tombstones.set(tombstone.id, tombstone);
    if (this.#tombstones.size > MAX_TOMBSTONES) this.#makeRoom();
    return this.#tombstones.has(tombstone.id) ? 'new' : 'refused';
  }

  get(id: string): Tombstone | undefined {
    const tombstone = this.#tombstones.get(id);
    return tombstone === undefined || this.#isOver(tombstone) ? undefined : tombstone;
  }

  /**
   * Whether the node must not be listed: it is at or below the incarnation removed, or is spoken of without one, as by
   * older nodes, who cannot tell a return from a rumour.
   */
  bars({ id, extension }: NodeInfo): boolean {
    const tombstone = this.get(id);
    if (tombstone === undefined) return false;
    return extension === undefined || extension.incarnation <= tombstone.incarnation;
  }

  all(): readonly Tombstone[] {
    return [...this.#tombstones.values()].filter((tombstone) => !this.#isOver(tombstone));
  }

  /** Forgets what has expired. */
  expire(): void {
    for (const tombstone of this.#tombstones.values()) {
      if (this.#isOver(tombstone)) this.#tombstones.delete(tombstone.id);
    }
  }

  #makeRoom(): void {
    let first: Tombstone | undefined;
    for (const tombstone of this.#tombstones.values()) {
      if (first === undefined || expiresBefore(tombstone, first)) first = tombstone;
    }
    if (first === undefined) return;
    this.#tombstones.delete(first.id);
    if (!this.#isOver(first)) this.#forgotten.inc();
  }

  #isOver({ expiresAtMs }: Tombstone): boolean {
    return this.#clock.nowMs() >= expiresAtMs;
  }
}

/** Which of two tombstones of one node stands: that of the later incarnation, of equals the one that bars for longer. */
function compare(a: Tombstone, b: Tombstone): number {
  return (
    a.incarnation - b.incarnation ||
    a.expiresAtMs - b.expiresAtMs ||
    a.removedAtMs - b.removedAtMs ||
    Number(a.by > b.by) - Number(a.by < b.by)
  );
}

/** Ties are broken by the id, so that all members forget the same. */
function expiresBefore(a: Tombstone, b: Tombstone): boolean {
  return a.expiresAtMs < b.expiresAtMs || (a.expiresAtMs === b.expiresAtMs && a.id < b.id);
}
