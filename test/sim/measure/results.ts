import type { Measured } from './catalogue.js';
import type { Figures } from './figures.js';

/** Everything that was measured, by size and name. */
export class Results {
  /** Ascending. */
  readonly sizes: readonly number[];
  readonly #bySubject: ReadonlyMap<string, Measured>;

  constructor(measured: readonly Measured[]) {
    this.sizes = [...new Set(measured.map(({ size }) => size))].sort((a, b) => a - b);
    this.#bySubject = new Map(measured.map((one) => [subjectOf(one.name, one.size), one]));
  }

  /** How many seeds a measurement was taken with; 0 where it was not taken. */
  seeds(name: string, size: number): number {
    return this.#bySubject.get(subjectOf(name, size))?.seeds ?? 0;
  }

  /** The values of one figure; none where it was not taken. */
  values(name: string, figure: string, size: number): readonly number[] {
    const figures: Figures = this.#bySubject.get(subjectOf(name, size))?.figures ?? {};
    return figures[figure] ?? [];
  }
}

function subjectOf(name: string, size: number): string {
  return `${name} ${size}`;
}
