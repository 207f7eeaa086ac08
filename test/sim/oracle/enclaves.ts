import type { World } from '../world/world.js';
import { writeText } from './describe.js';
import type { Invariant, Sighting } from './invariant.js';

/** What was written in one enclave is never stored in another. */
export class EnclavesKeepTheirData implements Invariant {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  offered({ node, entry, outcome, write }: Sighting): void {
    if (write === undefined || (outcome !== 'stored' && outcome !== 'stale')) return;
    if (write.host.enclave === node.enclave) return;
    const detail = `${node.id} of ${node.enclave} took ${entry.key} (${outcome}), ${writeText(write)} of ${write.host.enclave}`;
    this.#world.violated('data stays in its enclave', detail);
  }
}
