import type { Entry, PutOutcome } from '../../../src/gossip/ports/store.js';
import type { Version } from '../../../src/gossip/version.js';
import { compareVersions } from '../../support/history/version-order.js';
import { textOf } from '../world/clients.js';
import { SimNode } from '../world/node.js';
import type { WriteOperation } from '../world/operation.js';
import type { SimProcess } from '../world/process.js';
import type { World } from '../world/world.js';
import { derivedExpiryMs } from './expected-expiry.js';
import type { Sighting } from './invariant.js';

/** What one process was seen to store under a key, the newest of all it was seen to store. */
export interface Copy {
  readonly key: string;
  readonly value: string;
  readonly version: Version;
  readonly write: WriteOperation | undefined;
  /** By the process's own wall clock, derived from the write and not from what the node says. */
  readonly expiresAtMs: number;
  /** World time. */
  readonly storedMs: number;
}

interface Holdings {
  /** By key. Bounded by what the process holds: copies long expired are dropped. */
  readonly copies: Map<string, Copy>;
  /** The latest that the wall clock of the process has shown: set back, a clock does not bring back what was swept. */
  latestWallMs: number;
}

/** How long after its expiry a copy is remembered: so long it is looked at whether the node lets go of it. */
const KEPT_EXPIRED_MS = 5000;

/** Which process holds what, as far as it was seen from outside. */
export class Ledger {
  readonly #world: World;
  /** Of every node of ours that runs. */
  readonly #holdings = new Map<SimNode, Holdings>();
  readonly #nodes = new Map<SimProcess, SimNode>();

  constructor(world: World) {
    this.#world = world;
    for (const node of world.nodes) this.start(node);
  }

  start(node: SimNode): void {
    this.#nodes.set(node.process, node);
    this.#holdings.set(node, { copies: new Map(), latestWallMs: node.clock.nowMs() });
  }

  end(node: SimNode): void {
    this.#nodes.delete(node.process);
    this.#holdings.delete(node);
  }

  /** Takes note of what the clocks of the processes showed while their code ran. */
  ran(processes: ReadonlySet<SimProcess>): void {
    for (const process of processes) {
      const node = this.#nodes.get(process);
      const holdings = node && this.#holdings.get(node);
      if (holdings !== undefined && node !== undefined) {
        holdings.latestWallMs = Math.max(holdings.latestWallMs, node.clock.nowMs());
      }
    }
  }

  stored(node: SimNode, entry: Entry, outcome: PutOutcome): Sighting {
    const value = textOf(entry.bytes);
    const write = this.#world.clients.writes.get(value);
    const holdings = this.#holdings.get(node);
    const before = holdings?.copies.get(entry.key);
    // A write whose time is over removes the older value that it supersedes.
    if (outcome === 'expired' && before !== undefined && compareVersions(before.version, entry.version) <= 0) {
      holdings?.copies.delete(entry.key);
    }
    if (outcome !== 'stored' || holdings === undefined) {
      return { node, entry, outcome, write, before, copy: undefined };
    }
    const { key, version } = entry;
    const expiresAtMs = derivedExpiryMs(node, entry, write);
    const copy = { key, value, version, write, expiresAtMs, storedMs: this.#world.elapsedMs };
    holdings.copies.set(key, copy);
    return { node, entry, outcome, write, before, copy };
  }

  copy(node: SimNode, key: string): Copy | undefined {
    return this.#holdings.get(node)?.copies.get(key);
  }

  copies(node: SimNode): Iterable<Copy> {
    return this.#holdings.get(node)?.copies.values() ?? [];
  }

  /**
   * Whether the process cannot have let go of the copy for its age: its clock has never shown the time of its expiry.
   */
  isOwed(node: SimNode, copy: Copy): boolean {
    const latestMs = Math.max(this.#holdings.get(node)?.latestWallMs ?? Number.POSITIVE_INFINITY, node.clock.nowMs());
    return latestMs < copy.expiresAtMs;
  }

  /** Drops what has expired long ago. */
  prune(): void {
    for (const [node, { copies }] of this.#holdings) {
      const horizonMs = node.clock.nowMs() - KEPT_EXPIRED_MS;
      for (const copy of copies.values()) if (copy.expiresAtMs < horizonMs) copies.delete(copy.key);
    }
  }
}

export function isOurs(host: unknown): host is SimNode {
  return host instanceof SimNode;
}
