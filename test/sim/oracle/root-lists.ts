import { formatHostPort } from '../../../src/gossip/address.js';
import { SKEW_MS } from '../../../src/omega/holder.js';
import type { SimHost } from '../world/host.js';
import type { Machine } from '../world/machine.js';
import type { SimNode } from '../world/node.js';
import type { World } from '../world/world.js';
import type { Invariant } from './invariant.js';
import { isOurs } from './ledger.js';
import { INVARIANTS } from './names.js';

/**
 * What a node uses of root lists: only what was published under the key, for no longer than it counts by the clock of its
 * machine, and nothing older than that machine has had. And it looks for others in one cycle at a time.
 */
export class RootListsAreTrusted implements Invariant {
  readonly #world: World;
  /** By machine, the expiry of the newest list in hand there, in Unix seconds: the cache keeps it over restarts. */
  readonly #newest = new WeakMap<Machine, number>();

  constructor(world: World) {
    this.#world = world;
  }

  started(host: SimHost): void {
    if (isOurs(host)) this.#watchCycles(host);
  }

  scan(): void {
    for (const node of this.#world.nodes) this.#look(node);
  }

  #look(node: SimNode): void {
    const list = node.omega?.status().list;
    const seeds = node.omega?.seeds().map(formatHostPort) ?? [];
    if (list === undefined) {
      if (seeds.length > 0) this.#world.violated(INVARIANTS.rootLists, `${node.id} uses ${seeds} and has no list`);
      return;
    }
    const { expires_unix_seconds: expiresS, nodes } = list;
    const about = `${node.id} has the list of ${nodes} that expires at ${expiresS}`;
    if (!this.#world.discovery.isGenuine(expiresS, nodes)) {
      this.#world.violated(INVARIANTS.rootLists, `${about}, which nobody has published`);
    }
    const isOver = expiresS * 1000 + SKEW_MS <= node.clock.nowMs();
    if (seeds.length > 0 && (isOver || seeds.some((seed) => !nodes.includes(seed)))) {
      this.#world.violated(INVARIANTS.rootLists, `${about}, and at ${node.clock.nowMs()} uses ${seeds}`);
    }
    const newestS = this.#newest.get(node.machine) ?? 0;
    if (expiresS < newestS) this.#world.violated(INVARIANTS.noRollback, `${about}, after one of ${newestS}`);
    this.#newest.set(node.machine, Math.max(newestS, expiresS));
  }

  #watchCycles(node: SimNode): void {
    let isRunning = false;
    node.core.recovery.subscribe(({ kind }) => {
      if (kind === 'started' && isRunning) {
        this.#world.violated(INVARIANTS.singleFlight, `${node.id} begins a cycle while one runs`);
      }
      isRunning = kind === 'started';
    });
  }
}
