/**
 * Ids to probe, and those under probe, of which there are `width` at most. An id is under probe once at a time; asked
 * for again meanwhile, it has another turn afterwards. Bounded by the member table: only members are queued.
 */
export class ProbeLane {
  readonly #width: number;
  readonly #queued = new Set<string>();
  readonly #underProbe = new Set<string>();

  constructor(width: number) {
    this.#width = width;
  }

  add(id: string): void {
    this.#queued.add(id);
  }

  /** Somebody who could be probed now has to wait for others. */
  get isCongested(): boolean {
    return this.#queued.size > 0 && this.#underProbe.size >= this.#width;
  }

  isUnderProbe(id: string): boolean {
    return this.#underProbe.has(id);
  }

  /** The next id that may be probed now; it is under probe until `done`. */
  next(): string | undefined {
    if (this.#underProbe.size >= this.#width) return undefined;
    for (const id of this.#queued) {
      if (this.#underProbe.has(id)) continue;
      this.#queued.delete(id);
      this.#underProbe.add(id);
      return id;
    }
    return undefined;
  }

  done(id: string): void {
    this.#underProbe.delete(id);
  }

  clear(): void {
    this.#queued.clear();
  }
}
