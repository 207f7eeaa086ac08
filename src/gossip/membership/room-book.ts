import { isLive } from './member.js';
import type { MemberEvent } from './member-event.js';
import type { MemberTable } from './member-table.js';

/** How many more nodes may attach to whom: to this node, and to members, as they have said last. */
export class RoomBook {
  readonly #members: MemberTable;
  /** Bounded by the member table: forgotten with the member's life. */
  readonly #rooms = new Map<string, number>();
  #own: (() => number) | undefined;

  constructor(members: MemberTable) {
    this.#members = members;
  }

  /** Set by whoever takes nodes in; until then nothing is said. */
  set own(room: () => number) {
    this.#own = room;
  }

  /** What goes along with a probe and its answer. */
  along(): { readonly room?: number } {
    return this.#own === undefined ? {} : { room: this.#own() };
  }

  of(memberId: string): number | undefined {
    return this.#rooms.get(memberId);
  }

  /** A message of `memberId` said so, or did not. */
  said(memberId: string, room: number | undefined): void {
    const member = this.#members.get(memberId);
    if (room !== undefined && member !== undefined && isLive(member)) this.#rooms.set(memberId, room);
  }

  memberChanged({ member }: MemberEvent): void {
    if (!isLive(member)) this.#rooms.delete(member.id);
  }
}
