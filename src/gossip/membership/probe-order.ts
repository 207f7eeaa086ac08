import { type Rng, randomInt } from '../ports/rng.js';
import type { Member } from './member.js';

/**
 * Round robin in random order: newcomers are put in at a random place, as in SWIM (Das et al., DSN 2002, section 4.3),
 * and the order stays, so that the time between two probes of a member is one round. SWIM draws a new order for every
 * round, which lets it grow to almost two.
 */
export class ProbeOrder {
  readonly #rng: Rng;
  /** Ids in order of their turns. Bounded by the members it is asked about. */
  #ring: string[] = [];
  #next = 0;
  /** The members the ring was last made to follow. */
  #members: readonly Member[] = [];
  #byId: ReadonlyMap<string, Member> = new Map();

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  /** The next of `members` that is `eligible`. An array given before must be unchanged. */
  next(members: readonly Member[], eligible: (member: Member) => boolean): Member | undefined {
    if (members !== this.#members) this.#follow(members);
    for (let turns = 0; turns < this.#ring.length; turns++) {
      this.#next %= this.#ring.length;
      const member = this.#byId.get(this.#ring[this.#next++] as string);
      if (member !== undefined && eligible(member)) return member;
    }
    return undefined;
  }

  /** Takes out who is gone and puts in who is new. */
  #follow(members: readonly Member[]): void {
    const byId = new Map(members.map((member) => [member.id, member]));
    this.#members = members;
    this.#byId = byId;
    const before = this.#ring.slice(0, this.#next).filter((id) => byId.has(id));
    const after = this.#ring.slice(this.#next).filter((id) => byId.has(id));
    this.#ring = [...before, ...after];
    this.#next = before.length;
    if (this.#ring.length === byId.size) return;
    const known = new Set(this.#ring);
    for (const id of byId.keys()) if (!known.has(id)) this.#insert(id);
  }

  #insert(id: string): void {
    const at = randomInt(this.#rng, this.#ring.length + 1);
    this.#ring.splice(at, 0, id);
    if (at < this.#next) this.#next++;
  }
}
