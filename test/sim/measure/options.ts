import { parseFlags, parseWhole } from '../../../scripts/lib/usage.js';

export interface Options {
  /** Numbers of nodes, ascending. */
  readonly sizes: readonly number[];
  /** Most seeds for each measurement. */
  readonly maxSeeds: number;
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
  workers: { type: 'string' },
  write: { type: 'boolean' },
  check: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const HELP = `npm run sim:measure [-- options]

Measures simulated clusters and prints tables: time to evict, time to converge, idle traffic, spread of writes, false
evictions. The same sizes give the same tables on every machine.

  --sizes 3,10,30   numbers of nodes (default ${SIZES}: some ten minutes and 4 GiB on two cores)
  --seeds 3         at most so many seeds for each measurement (default: 1 to 10, by size)
  --workers 2       measurements at a time (default 2)
  --write           write docs/simulation-figures.md and docs/simulation-figures.svg instead of printing
  --check           exit with 1 where a figure is beyond its bound
  -h, --help        this text
`;

/** @throws UsageError naming the flag and what is allowed */
export function parseOptions(args: readonly string[]): Options {
  const values = parseFlags(args, FLAGS);
  return {
    sizes: parseSizes(values.sizes ?? SIZES),
    maxSeeds: parseWhole('seeds', values.seeds ?? String(MOST_SEEDS), { max: MOST_SEEDS }),
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
