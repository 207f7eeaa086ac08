import type { Figure } from './figure.js';
import type { Options } from './options.js';

export const DRILL_NAMES = [
  'kill',
  'stop',
  'drop',
  'halves',
  'join',
  'restart',
  'reattach-term',
  'reattach-kill',
  'reattach-silent',
  'reattach-all',
  'reattach-many',
  'omega-start',
  'omega-tick',
  'omega-eviction',
  'seeds',
] as const;
export type DrillName = (typeof DRILL_NAMES)[number];

export type Progress = (text: string) => void;

/** Something done to a running cluster, and what is measured about it. Leaves no process behind. */
export interface Drill {
  readonly name: DrillName;
  readonly title: string;
  /** Whether its nodes need network namespaces of their own. */
  readonly isolated: boolean;
  run(options: Options, progress: Progress): Promise<readonly Figure[]>;
}
