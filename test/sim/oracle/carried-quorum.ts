import type { SimNode } from '../world/node.js';
import type { WriteOperation } from '../world/operation.js';
import type { SimLink } from '../world/sim-link.js';
import type { World } from '../world/world.js';
import type { Acquaintances } from './acquaintances.js';
import { writeText } from './describe.js';
import { readFrame } from './frames.js';
import type { Invariant, Sighting } from './invariant.js';
import { isOurs } from './ledger.js';
import { INVARIANTS } from './names.js';
import { quorum } from './quorum.js';
import type { TreeWatch } from './tree-watch.js';

/** How many substrates of its enclave a transient must count at least, since when in world time. */
interface Word {
  /** Of words that come together the least: one of them made the quorum, and the write is answered after the last. */
  readonly basis: number;
  readonly atMs: number;
}

/**
 * No 201 of a transient without a quorum of substrates of its enclave that hold the value at that moment. Its own copy and
 * those of other transients make none. The quorum is computed from whom its parent had met when it last said something: what
 * a parent says arrives in order, so whoever has its acknowledgement knows whom it counts. As with the
 * writes of members, a holder that has died since it stored the value still counts.
 */
export class CarriedQuorumIsHeld implements Invariant {
  readonly #world: World;
  readonly #tree: TreeWatch;
  readonly #acquaintances: Acquaintances;
  /** Ids of substrates that stored a write of a transient, or held a newer version. Bounded by the writes of the run. */
  readonly #holders = new Map<WriteOperation, Set<string>>();
  /** By the frame that was said: how many substrates its sender knew. Lives as long as the frame. */
  readonly #known = new WeakMap<Uint8Array, number>();
  /** By transient: what the last word of its parent makes it count. Bounded by the processes of the run. */
  readonly #words = new WeakMap<SimNode, Word>();

  constructor(world: World, tree: TreeWatch, acquaintances: Acquaintances) {
    this.#world = world;
    this.#tree = tree;
    this.#acquaintances = acquaintances;
  }

  writing(write: WriteOperation): void {
    if (isOurs(write.host) && write.host.isTransient) this.#holders.set(write, new Set());
  }

  offered({ node, outcome, write }: Sighting): void {
    if (write === undefined || node.isTransient || node.enclave !== write.host.enclave) return;
    if (outcome === 'stored' || outcome === 'stale') this.#holders.get(write)?.add(node.id);
  }

  linkSaid(link: SimLink, data: string | Uint8Array): void {
    if (typeof data === 'string' || !isWord(data) || this.#known.has(data)) return;
    const parent = this.#tree.hostOf(link);
    const child = link.far && this.#tree.hostOf(link.far);
    if (!isOurs(parent) || !isOurs(child)) return;
    const others = this.#acquaintances.met(parent, child.enclave).length;
    this.#known.set(data, others + (parent.enclave === child.enclave ? 1 : 0));
  }

  linkHeard(link: SimLink, data: string | Uint8Array): void {
    const basis = typeof data === 'string' ? undefined : this.#known.get(data);
    const child = this.#tree.hostOf(link);
    if (basis === undefined || !isOurs(child) || this.#tree.welcomed(child).at(-1) !== link) return;
    const nowMs = this.#world.elapsedMs;
    const last = this.#words.get(child);
    this.#words.set(child, { basis: last?.atMs === nowMs ? Math.min(last.basis, basis) : basis, atMs: nowMs });
  }

  wrote(write: WriteOperation): void {
    const holders = this.#holders.get(write);
    this.#holders.delete(write);
    if (holders === undefined || write.status !== 201 || !isOurs(write.host)) return;
    const { host } = write;
    const basis = this.#words.get(host)?.basis ?? 1;
    const needed = quorum(basis, host.config.replication);
    if (holders.size >= needed) return;
    const detail =
      `${writeText(write)} was answered 201, but only the substrates [${[...holders].join(' ')}] held it and ${needed} ` +
      `had to: its parent counted ${basis}, replication ${host.config.replication}`;
    this.#world.violated(INVARIANTS.carriedQuorum, detail);
  }
}

/** Each of these a child acts upon knowing what its parent said before. */
function isWord(data: Uint8Array): boolean {
  const type = readFrame(data)?.type;
  return type === 'view' || type === 'ack';
}
