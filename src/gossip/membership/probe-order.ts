import { type Rng, shuffle } from '../ports/rng.js';
import type { Member } from './member.js';

/**
 * Shuffled round robin (Das et al., "SWIM", DSN 2002, section 4.3): every member is probed once in each round, in an order
 * that is drawn anew for every round, so the time to the first probe of a dead member is bounded.
 */
export class ProbeOrder {
  readonly #rng: Rng;
  #round: string[] = [];

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  /** The next member of the round that is still live and `eligible`. */
  next(live: readonly Member[], eligible: (member: Member) => boolean): Member | undefined {
    const byId = new Map(live.map((member) => [member.id, member]));
    for (let rounds = 0; rounds < 2; rounds++) {
      for (let id = this.#round.pop(); id !== undefined; id = this.#round.pop()) {
        const member = byId.get(id);
        if (member !== undefined && eligible(member)) return member;
      }
      this.#round = shuffle(
        this.#rng,
        live.map((member) => member.id),
      );
    }
    return undefined;
  }
}
