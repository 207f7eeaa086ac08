import { parseFlags, UsageError } from '../../../scripts/lib/usage.js';
import type { Mutation } from './mutation.js';
import { MUTATIONS } from './mutations.js';

export interface Options {
  readonly mutations: readonly Mutation[];
  /** Whether the page in docs is written; only where all defects are tried. */
  readonly writes: boolean;
  readonly help: boolean;
}

export const HELP = `npm run sim:mutants [-- options]

Puts deliberate defects into the node, one at a time, and says which invariant catches each. Exits with 1 where one is not
caught, or where the sound code fails on the same runs.

  --only NAME       try this defect only; may be given several times
  --write           write docs/simulation-mutations.md
  -h, --help        this text
`;

/** @throws UsageError naming the flag and what is allowed */
export function parseOptions(args: readonly string[]): Options {
  const {
    only = [],
    write = false,
    help = false,
  } = parseFlags(args, {
    only: { type: 'string', multiple: true },
    write: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  });
  if (write && only.length > 0) throw new UsageError('--write: allowed only without --only, for the page lists all');
  return { mutations: selected(only), writes: write, help };
}

function selected(names: readonly string[]): readonly Mutation[] {
  const known = MUTATIONS.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`--only ${JSON.stringify(unknown)}: allowed are\n  ${known.join('\n  ')}`);
  }
  return names.length === 0 ? MUTATIONS : MUTATIONS.filter(({ name }) => names.includes(name));
}
