import { type Candidate, candidateOf } from '../frame.js';
import type { Mesh } from '../ports/mesh.js';

/** A substrate with fewer children than this takes whoever comes: there is little to spread, and the child may have its reasons. */
export const MIN_CHILDREN = 16;
/** A child is sent on where another member has room for more children than this beyond what this node has; or, if more: */
export const MIN_SLACK = 4;
/** As a share of the children there are. */
export const SLACK_SHARE = 0.1;

interface Sent {
  /** The room that the member had said it had. */
  readonly room: number;
  /** Children sent there since. */
  readonly children: number;
}

/**
 * Keeps the children of an enclave spread evenly. They draw their parents by room, but whoever comes in a crowd takes the
 * first that opens, and a slow machine is then left out: a substrate that has more children than another by far names that one.
 *
 * What a member has said of its room is seconds old; in a crowd, those sent there since are taken off it.
 */
export class Spreading {
  readonly #selfId: string;
  readonly #mesh: Mesh;
  /** By member id. Bounded by the live members: others are forgotten as soon as anybody is chosen. */
  readonly #sent = new Map<string, Sent>();

  constructor(selfId: string, mesh: Mesh) {
    this.#selfId = selfId;
    this.#mesh = mesh;
  }

  /** Whether another member of the enclave has much more room than this node. */
  isUneven(enclave: string, own: { readonly room: number; readonly children: number }): boolean {
    if (own.children < MIN_CHILDREN) return false;
    const slack = Math.max(MIN_SLACK, own.children * SLACK_SHARE);
    return (this.#roomiest(enclave)?.room ?? 0) > own.room + slack;
  }

  /** The member with the most room, which one more child is sent to now. */
  choose(enclave: string): Candidate | undefined {
    const chosen = this.#roomiest(enclave);
    if (chosen === undefined) return undefined;
    const said = this.#mesh.roomOf(chosen.id) ?? 0;
    const live = new Set(this.#mesh.nodes().map(({ id }) => id));
    for (const id of this.#sent.keys()) if (!live.has(id)) this.#sent.delete(id);
    this.#sent.set(chosen.id, { room: said, children: this.#sentTo(chosen.id, said) + 1 });
    return chosen;
  }

  #roomiest(enclave: string): Candidate | undefined {
    let roomiest: (Candidate & { readonly room: number }) | undefined;
    for (const member of this.#mesh.nodes()) {
      const said = this.#mesh.roomOf(member.id);
      if (member.id === this.#selfId || member.enclave !== enclave || said === undefined) continue;
      const room = said - this.#sentTo(member.id, said);
      if (room > (roomiest?.room ?? 0)) roomiest = { ...candidateOf(member), room };
    }
    return roomiest;
  }

  /** What it says anew counts those that were sent there before. */
  #sentTo(id: string, room: number): number {
    const sent = this.#sent.get(id);
    return sent?.room === room ? sent.children : 0;
  }
}
