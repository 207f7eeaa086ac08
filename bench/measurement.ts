import type { Kind } from '../scripts/live-wire-compat/cluster/command.js';
import type { Generator } from './load/generator.js';

export type Unit = '/s' | 'ms' | 'µs' | 'MiB' | '%' | '';

/** Something measured, as it stands in a row of the table. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly better: 'higher' | 'lower';
}

/** What one run gave, by figure id. A figure that could not be had, or did not come in time, is missing. */
export type Sample = Readonly<Record<string, number | undefined>>;

export interface Conditions {
  readonly kind: Kind;
  readonly generator: Generator;
  /** How long each load lasts, and how long one goes before it uncounted, in seconds. */
  readonly loadSeconds: number;
  readonly warmUpSeconds: number;
  readonly idleSeconds: number;
  /** Entries for the memory figures. */
  readonly keys: number;
  readonly evictionTimeoutMs: number;
}

/** Starts the nodes it needs, measures once, and leaves no process behind. */
export interface Measurement {
  readonly id: string;
  readonly title: string;
  figures(conditions: Omit<Conditions, 'kind'>): readonly Figure[];
  run(conditions: Conditions): Promise<Sample>;
}
