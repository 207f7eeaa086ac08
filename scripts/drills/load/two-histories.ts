import { setTimeout as delay } from 'node:timers/promises';
import type { DrillNode } from '../nodes/drill-node.js';

/** Between the two writes of a conflicting key: more than clocks of one machine differ by. */
const APART_MS = 50;

/** How many writes were answered with what; 0 is no answer. */
export type Answers = ReadonlyMap<number, number>;

/** What two sides write that do not see each other, and what has to be left of it once they do. */
export class TwoHistories {
  /** The value each key has to have: bounded by the rounds that are played. */
  readonly expected = new Map<string, string>();
  /** The keys written on both sides, or before and on one side: their presence alone proves nothing. */
  readonly contested = new Set<string>();
  readonly #sides: readonly (readonly DrillNode[])[];
  readonly #answers = new Map<number, number>();

  constructor(left: readonly DrillNode[], right: readonly DrillNode[]) {
    this.#sides = [left, right];
  }

  get answers(): Answers {
    return this.#answers;
  }

  /** Writes, while all see each other, what round `round` will write anew on one side. */
  async prepare(round: number): Promise<void> {
    await this.#write(0, round, `old-${round}`, 'before');
  }

  /** One key on each side, one on both, the sides taking turns in being last, and one that was there before. */
  async play(round: number): Promise<void> {
    const last = round % 2;
    this.contested.add(`both-${round}`).add(`old-${round}`);
    await Promise.all([
      this.#write(0, round, `left-${round}`, 'left'),
      this.#write(1, round, `right-${round}`, 'right'),
      this.#write(last, round, `old-${round}`, 'after'),
      this.#write(1 - last, round, `both-${round}`, 'first')
        .then(() => delay(APART_MS))
        .then(() => this.#write(last, round, `both-${round}`, 'last')),
    ]);
  }

  /** A write that is not answered may have happened or not: its key is no longer looked at. */
  async #write(side: number, round: number, key: string, value: string): Promise<void> {
    const nodes = this.#sides[side] ?? [];
    const status = await nodes[round % nodes.length]?.api.put(key, Buffer.from(value));
    this.#answers.set(status ?? 0, (this.#answers.get(status ?? 0) ?? 0) + 1);
    if (status === 201 || status === 202) this.expected.set(key, value);
    else this.expected.delete(key);
  }
}
