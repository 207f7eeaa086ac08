import type { Exchange } from '../world/network.js';
import { isTransient } from '../world/node.js';
import type { SimLink } from '../world/sim-link.js';
import type { World } from '../world/world.js';
import type { Cast } from './cast.js';
import { writeText } from './describe.js';
import { readFrame } from './frames.js';
import type { Invariant, Sighting } from './invariant.js';
import { INVARIANTS } from './names.js';
import { readMessage } from './wire.js';

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

  sent({ type, from, to, request }: Exchange): void {
    if (type !== 'PUT') return;
    const sender = this.#cast.at(from);
    const machine = this.#world.network.machineAt(to);
    const receiver = this.#cast.at(machine);
    if (sender?.kind !== 'ours' || receiver === undefined) return;
    // A member sends on what its children write, of whichever enclave.
    const enclave = readMessage(request.body)?.enclave || sender.enclave;
    if (receiver.enclave === enclave) return;
    if (!this.#cast.hasOneId(machine) || !this.#cast.isNeverIn(receiver.id, enclave)) return;
    const detail = `${sender.id} sent a value of ${enclave} to ${receiver.id} of ${receiver.enclave}`;
    this.#world.violated(INVARIANTS.enclaves, detail);
  }

  linkSaid(link: SimLink, data: string | Uint8Array): void {
    const frame = readFrame(data);
    const parent = this.#cast.of(link.process);
    const child = link.far && this.#cast.of(link.far.process);
    if (frame?.type !== 'put' || parent === undefined || child === undefined || isTransient(parent)) return;
    const enclave = frame.enclave || parent.enclave;
    if (child.enclave === enclave) return;
    const detail = `${parent.id} sent a value of ${enclave} down to ${child.id} of ${child.enclave}`;
    this.#world.violated(INVARIANTS.enclaves, detail);
  }
}
