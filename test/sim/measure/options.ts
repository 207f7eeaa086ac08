import { parseFlags, parseWhole, UsageError } from '../../../scripts/lib/usage.js';
import { MEASURED_NAMES } from './catalogue.js';

export interface Options {
  /** Numbers of nodes, ascending. */
  readonly sizes: readonly number[];
  /** Most seeds for each measurement. */
  readonly maxSeeds: number;
  /** The names of what is measured. */
  readonly only: readonly string[];
  readonly workers: number;
  /** Whether the files in docs are written. */
  readonly writes: boolean;
  /** Whether bounds that are broken are an error. */
  readonly checks: boolean;
  readonly help: boolean;
}

const SIZES = '3,10,30,100,300,1000';
const MOST_SEEDS = 100;

const FLAGS = {
  sizes: { type: 'string' },
  seeds: { type: 'string' },
  only: { type: 'string' },
  workers: { type: 'string' },
  write: { type: 'boolean' },
  check: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const HELP = `npm run sim:measure [-- options]

Measures simulated clusters and prints tables: time to evict, false evictions, time to converge, idle traffic, spread of
writes. The same sizes give the same tables on every machine.

  --sizes 3,10,30   numbers of nodes (default ${SIZES}: 4 GiB on two cores); false
                    evictions are counted at 10, 50 and 100 nodes, as far as the largest of these
  --seeds 3         at most so many seeds for each measurement (default: 1 to 100, by what it is, and by size)
  --only idle,join  these measurements only, of ${MEASURED_NAMES.join(', ')}
  --workers 2       measurements at a time (default 2)
  --write           write docs/simulation-figures.md and docs/simulation-figures.svg instead of printing
  --check           exit with 1 where a figure is beyond its bound, or a target is missed
  -h, --help        this text
`;

/** @throws UsageError naming the flag and what is allowed */
export function parseOptions(args: readonly string[]): Options {
  const values = parseFlags(args, FLAGS);
  return {
    sizes: parseSizes(values.sizes ?? SIZES),
    maxSeeds: parseWhole('seeds', values.seeds ?? String(MOST_SEEDS), { max: MOST_SEEDS }),
    only: parseNames(values.only),
    workers: parseWhole('workers', values.workers ?? '2', { max: 64 }),
    writes: values.write ?? false,
    checks: values.check ?? false,
    help: values.help ?? false,
  };
}

function parseSizes(list: string): readonly number[] {
  const sizes = list.split(',').map((text) => parseWhole('sizes', text.trim(), { min: 3, max: 1000 }));
  return [...new Set(sizes)].sort((a, b) => a - b);
}

function parseNames(list: string | undefined): readonly string[] {
  if (list === undefined) return MEASURED_NAMES;
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !MEASURED_NAMES.includes(name));
  if (unknown === undefined) return names;
  throw new UsageError(`--only ${JSON.stringify(unknown)}: allowed are ${MEASURED_NAMES.join(', ')}`);
}
