import { isLive } from '../../../src/gossip/membership/member.js';
import type { MemberEvent } from '../../../src/gossip/membership/member-event.js';
import type { SimNode } from '../world/node.js';
import type { WorldObserver } from '../world/observer.js';

/** Counts who lists whom as live, from when it begins to observe. */
export class Acquaintance implements WorldObserver {
  /** Bounded by the nodes of the run. */
  readonly #listedBy = new Map<string, number>();
  readonly #listing = new Map<string, number>();
  #pairs = 0;

  /** How many nodes are listed, over all nodes. */
  get pairs(): number {
    return this.#pairs;
  }

  /** How many nodes list this one. */
  knownTo(id: string): number {
    return this.#listing.get(id) ?? 0;
  }

  /** How many nodes this one lists. */
  knows(id: string): number {
    return this.#listedBy.get(id) ?? 0;
  }

  memberChanged(node: SimNode, { member, previous }: MemberEvent): void {
    const change = Number(isLive(member)) - Number(previous !== undefined && isLive(previous));
    if (change === 0) return;
    this.#pairs += change;
    this.#listedBy.set(node.id, this.knows(node.id) + change);
    this.#listing.set(member.id, this.knownTo(member.id) + change);
  }
}
