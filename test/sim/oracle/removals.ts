import { isLive, type Member } from '../../../src/gossip/membership/member.js';
import type { MemberEvent } from '../../../src/gossip/membership/member-event.js';
import type { Tombstone } from '../../../src/gossip/wire/news.js';
import type { SimNode } from '../world/node.js';
import type { World } from '../world/world.js';
import type { Cast } from './cast.js';
import type { Invariant } from './invariant.js';
import { INVARIANTS } from './names.js';

/** Intervals of topology sync within which word of a removal has come to a node that is reached by others. */
const SPREAD_INTERVALS = 2;

/**
 * Whoever was removed is listed by nobody until its tombstone expires, unless in a later incarnation. Nodes that cannot
 * have heard of it yet are excused: those that have just started, or that the scenario says were cut off, and all of them
 * just after the removal.
 */
export class RemovedStayAway implements Invariant {
  readonly #world: World;
  readonly #cast: Cast;
  /** By id. Bounded by the removals of the run. */
  readonly #removals = new Map<string, { readonly tombstone: Tombstone; readonly sinceMs: number }>();

  /** When a node that was cut off is reached again, in world time. Bounded by the nodes of the run. */
  readonly #reachedMs = new Map<SimNode, number>();

  constructor(world: World, cast: Cast) {
    this.#world = world;
    this.#cast = cast;
  }

  /** No other node reaches this one, until `reached`. */
  cutOff(node: SimNode): void {
    this.#reachedMs.set(node, Number.POSITIVE_INFINITY);
  }

  reached(node: SimNode): void {
    this.#reachedMs.set(node, this.#world.elapsedMs);
  }

  removed(_: SimNode, tombstone: Tombstone): void {
    const known = this.#removals.get(tombstone.id)?.tombstone;
    if (known !== undefined && known.incarnation > tombstone.incarnation) return;
    this.#removals.set(tombstone.id, { tombstone, sinceMs: this.#world.elapsedMs });
  }

  memberChanged(node: SimNode, { member }: MemberEvent): void {
    this.#check(node, member);
  }

  scan(): void {
    for (const id of this.#removals.keys()) {
      for (const node of this.#world.nodes) {
        const member = node.core.gossip.members.get(id);
        if (member !== undefined) this.#check(node, member);
      }
    }
  }

  #check(node: SimNode, member: Member): void {
    const removal = this.#removals.get(member.id);
    if (removal === undefined || !isLive(member) || !isBarred(member, removal.tombstone)) return;
    if (node.clock.nowMs() >= removal.tombstone.expiresAtMs || this.#isExcused(node, removal.sinceMs)) return;
    const incarnation = member.extension?.incarnation ?? 'none';
    const detail = `${node.id} lists ${member.id} in incarnation ${incarnation}, and ${removal.tombstone.incarnation} was removed`;
    this.#world.violated(INVARIANTS.removals, detail);
  }

  #isExcused(node: SimNode, removedMs: number): boolean {
    const reachedMs = this.#reachedMs.get(node) ?? this.#cast.startedMs(node);
    return this.#world.elapsedMs - Math.max(removedMs, reachedMs) < SPREAD_INTERVALS * node.config.syncIntervalMs;
  }
}

/** An older node is spoken of without an incarnation: nothing tells its return from a rumour. */
function isBarred({ extension }: Member, { incarnation }: Tombstone): boolean {
  return extension === undefined || extension.incarnation <= incarnation;
}
