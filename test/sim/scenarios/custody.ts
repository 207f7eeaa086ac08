import type { Entry, PutOutcome } from '../../../src/gossip/ports/store.js';
import type { SimHost } from '../world/host.js';
import type { SimNode } from '../world/node.js';
import type { WorldObserver } from '../world/observer.js';
import type { WriteOperation } from '../world/operation.js';
import type { World } from '../world/world.js';

/** Who holds one write. */
interface Deposit {
  readonly write: WriteOperation;
  /** Processes that hold it and run. */
  readonly holders: Set<SimHost>;
  /** Holders that have ended since every process that ran held it, or since it was written. */
  lost: number;
}

/**
 * Who holds each acknowledged write, for a driver that crashes nodes within the quorum: a crash is within it where of
 * every acknowledged write fewer than half of its holders have lost their memory since it was last on every node that
 * runs, or since it was written. Each key is to be written once.
 */
export class Custody implements WorldObserver {
  readonly #world: World;
  /** By value. Bounded by the writes of the run. */
  readonly #deposits = new Map<string, Deposit>();

  constructor(world: World) {
    this.#world = world;
    world.observe(this);
  }

  stored(node: SimNode, entry: Entry, outcome: PutOutcome): void {
    const write = outcome === 'stored' ? this.#world.clients.writeOf(entry) : undefined;
    if (write === undefined) return;
    const deposit = this.#deposits.get(write.value) ?? { write, holders: new Set(), lost: 0 };
    this.#deposits.set(write.value, deposit);
    deposit.holders.add(node);
    if (deposit.lost > 0 && deposit.holders.size === this.#world.nodes.length) deposit.lost = 0;
  }

  ended(host: SimHost): void {
    for (const deposit of this.#deposits.values()) if (deposit.holders.delete(host)) deposit.lost++;
  }

  /** Whether the crash of a process leaves the memory of a majority of the holders of every acknowledged write. */
  survives(victim: SimHost): boolean {
    for (const { write, holders, lost } of this.#deposits.values()) {
      if (write.status !== 201 || !holders.has(victim)) continue;
      if (2 * (lost + 1) >= holders.size + lost) return false;
    }
    return true;
  }

  get acknowledged(): number {
    let count = 0;
    for (const { write } of this.#deposits.values()) if (write.status === 201) count++;
    return count;
  }

  /** Copies of acknowledged writes that nodes lack which run. */
  get missing(): number {
    const running = this.#world.nodes.length;
    let count = 0;
    for (const { write, holders } of this.#deposits.values()) if (write.status === 201) count += running - holders.size;
    return count;
  }
}
