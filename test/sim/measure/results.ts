import type { Measured } from './catalogue.js';
import { type Figures, joinFigures } from './figures.js';

/** Everything that was measured, by size and name. */
export class Results {
  /** Those that curves are drawn over, ascending. */
  readonly sizes: readonly number[];
  /** The shares of each measurement at each size, in the order of their seeds. */
  readonly #shares = new Map<string, Measured[]>();
  readonly #figures = new Map<string, Figures>();

  /** `sizes` are those that were asked for; all that there are unless given. */
  constructor(measured: readonly Measured[], sizes: readonly number[] = measured.map(({ size }) => size)) {
    this.sizes = [...new Set(sizes)].sort((a, b) => a - b);
    for (const share of [...measured].sort((a, b) => a.firstSeed - b.firstSeed)) {
      const subject = subjectOf(share.name, share.size);
      this.#shares.set(subject, [...(this.#shares.get(subject) ?? []), share]);
    }
    for (const [subject, shares] of this.#shares) {
      this.#figures.set(subject, joinFigures(shares.map(({ figures }) => figures)));
    }
  }

  /** How many seeds a measurement was taken with; 0 where it was not taken. */
  seeds(name: string, size: number): number {
    return (this.#shares.get(subjectOf(name, size)) ?? []).reduce((sum, { seeds }) => sum + seeds, 0);
  }

  /** The values of one figure; none where it was not taken. */
  values(name: string, figure: string, size: number): readonly number[] {
    return this.#figures.get(subjectOf(name, size))?.[figure] ?? [];
  }
}

function subjectOf(name: string, size: number): string {
  return `${name} ${size}`;
}
