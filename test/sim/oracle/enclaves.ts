import type { Exchange } from '../world/network.js';
import type { World } from '../world/world.js';
import type { Cast } from './cast.js';
import { writeText } from './describe.js';
import type { Invariant, Sighting } from './invariant.js';
import { INVARIANTS } from './names.js';

/**
 * What was written in one enclave is never stored in another, nor sent there by a node that must know better: where
 * only one node has ever run at an address, and that one never in the sender's enclave, whatever was said about it
 * names another.
 */
export class EnclavesKeepTheirData implements Invariant {
  readonly #world: World;
  readonly #cast: Cast;

  constructor(world: World, cast: Cast) {
    this.#world = world;
    this.#cast = cast;
  }

  offered({ node, entry, outcome, write }: Sighting): void {
    if (write === undefined || (outcome !== 'stored' && outcome !== 'stale')) return;
    if (write.host.enclave === node.enclave) return;
    const detail = `${node.id} of ${node.enclave} took ${entry.key} (${outcome}), ${writeText(write)} of ${write.host.enclave}`;
    this.#world.violated(INVARIANTS.enclaves, detail);
  }

  sent({ type, from, to }: Exchange): void {
    if (type !== 'PUT') return;
    const sender = this.#cast.at(from);
    const machine = this.#world.network.machineAt(to);
    const receiver = this.#cast.at(machine);
    if (sender?.kind !== 'ours' || receiver === undefined || receiver.enclave === sender.enclave) return;
    if (!this.#cast.hasOneId(machine) || !this.#cast.isNeverIn(receiver.id, sender.enclave)) return;
    const detail = `${sender.id} of ${sender.enclave} sent a value to ${receiver.id} of ${receiver.enclave}`;
    this.#world.violated(INVARIANTS.enclaves, detail);
  }
}
