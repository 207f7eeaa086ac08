/**
 * The most by which clocks of nodes differ from the clock of the history, jumps included, in milliseconds: one bound
 * for all nodes, or one each by node id, where nodes that are not named are right.
 */
export type SkewMs = number | Readonly<Record<string, number>>;

/** What the clock of a node may have shown at a moment of the history. */
export class Skew {
  readonly #skewMs: SkewMs;
  /** The largest of any node. */
  readonly mostMs: number;

  constructor(skewMs: SkewMs) {
    this.#skewMs = skewMs;
    this.mostMs = typeof skewMs === 'number' ? skewMs : Math.max(0, ...Object.values(skewMs));
  }

  of(node: string): number {
    return typeof this.#skewMs === 'number' ? this.#skewMs : (this.#skewMs[node] ?? 0);
  }

  earliest(node: string, atMs: number): number {
    return atMs - this.of(node);
  }

  latest(node: string, atMs: number): number {
    return atMs + this.of(node);
  }
}
