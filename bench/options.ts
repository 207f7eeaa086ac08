import { parseFlags, parseWhole, UsageError } from '../scripts/lib/usage.js';
import { commandOf } from '../scripts/live-wire-compat/cluster/command.js';
import { MEASUREMENTS } from './catalogue.js';

export const GENERATORS = ['auto', 'autocannon', 'wrk'] as const;
export type GeneratorName = (typeof GENERATORS)[number];

export interface Options {
  readonly against?: string;
  readonly only: readonly string[];
  readonly runs: number;
  readonly loadSeconds: number;
  readonly warmUpSeconds: number;
  readonly idleSeconds: number;
  readonly keys: number;
  readonly evictionTimeoutSeconds: number;
  readonly generator: GeneratorName;
  readonly json?: string;
  readonly list: boolean;
  readonly help: boolean;
}

export const DEFAULTS = { runs: 5, seconds: 5, 'warm-up': 3, 'idle-seconds': 20 } as const;
export const QUICK = { runs: 1, seconds: 2, 'warm-up': 2, 'idle-seconds': 5 } as const;

const FLAGS = {
  against: { type: 'string' },
  only: { type: 'string', multiple: true },
  runs: { type: 'string' },
  seconds: { type: 'string' },
  'warm-up': { type: 'string' },
  'idle-seconds': { type: 'string' },
  keys: { type: 'string' },
  'eviction-timeout': { type: 'string' },
  generator: { type: 'string' },
  json: { type: 'string' },
  quick: { type: 'boolean' },
  list: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** @throws UsageError naming the flag and what is allowed */
export function parseOptions(args: readonly string[]): Options {
  const values = parseFlags(args, FLAGS);
  const { against, json } = values;
  if (json === '') throw new UsageError('--json must name a file');
  if (against !== undefined) checkCommand(against);
  const fallback = values.quick ? QUICK : DEFAULTS;
  const count = (flag: keyof typeof DEFAULTS, max: number) => whole(flag, values[flag], fallback[flag], max);
  return {
    ...(against === undefined ? {} : { against }),
    ...(json === undefined ? {} : { json }),
    only: parseOnly(values.only ?? []),
    runs: count('runs', 100),
    loadSeconds: count('seconds', 600),
    warmUpSeconds: count('warm-up', 600),
    idleSeconds: count('idle-seconds', 3600),
    keys: whole('keys', values.keys, 100_000, 10_000_000),
    evictionTimeoutSeconds: whole('eviction-timeout', values['eviction-timeout'], 120, 3600),
    generator: parseGenerator(values.generator ?? 'auto'),
    list: values.list ?? false,
    help: values.help ?? false,
  };
}

function checkCommand(template: string): void {
  const command = commandOf(template);
  if (command instanceof UsageError) throw new UsageError(`--against ${JSON.stringify(template)}: ${command.message}`);
}

function parseOnly(lists: readonly string[]): readonly string[] {
  const names = lists.flatMap((list) => list.split(',')).map((name) => name.trim());
  for (const name of names) {
    if (MEASUREMENTS.some(({ id }) => id === name)) continue;
    const allowed = MEASUREMENTS.map(({ id }) => id).join(', ');
    throw new UsageError(`--only ${JSON.stringify(name)}: allowed are ${allowed}`);
  }
  return names;
}

function parseGenerator(text: string): GeneratorName {
  const name = GENERATORS.find((known) => known === text);
  if (name === undefined) {
    throw new UsageError(`--generator ${JSON.stringify(text)}: allowed is ${GENERATORS.join(', ')}`);
  }
  return name;
}

function whole(flag: string, text: string | undefined, fallback: number, max: number): number {
  return text === undefined ? fallback : parseWhole(flag, text, { max });
}
