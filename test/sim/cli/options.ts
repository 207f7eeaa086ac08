import { availableParallelism } from 'node:os';
import { parseFlags, parseWhole, UsageError } from '../../../scripts/lib/usage.js';
import { CATALOGUE } from '../scenarios/catalogue.js';
import { DEFAULT_TOPICS, type EventFilter, TOPICS, type Topic } from './event-filter.js';
import type { PoolOptions } from './pool.js';
import { MAX_SEED } from './seeds.js';

export const DEFAULTS = { scenario: 'mixed', 'run-timeout': 300 } as const;

/** Flags of everything that plays many runs. */
export const POOL_FLAGS = { workers: { type: 'string' }, 'run-timeout': { type: 'string' } } as const;

const FLAGS = {
  scenario: { type: 'string' },
  seed: { type: 'string' },
  runs: { type: 'string' },
  'from-seed': { type: 'string' },
  'fail-fast': { type: 'boolean' },
  ...POOL_FLAGS,
  events: { type: 'string', multiple: true },
  node: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  json: { type: 'boolean' },
  digest: { type: 'boolean' },
  list: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const OF_MANY = ['from-seed', 'fail-fast', 'workers'] as const;
const OF_ONE = ['seed', 'events', 'node', 'from', 'to', 'digest'] as const;

/** One run, shown. */
export interface OneRun {
  readonly scenario: string;
  /** Drawn where it is undefined. */
  readonly seed: number | undefined;
  readonly filter: EventFilter;
  readonly print: 'timeline' | 'json' | 'digest';
  /** How long it may take, in real milliseconds; without end where it is undefined. */
  readonly limitMs: number | undefined;
}

/** Many runs, counted. */
export interface ManyRuns {
  readonly scenario: string;
  readonly runs: number;
  /** The seed of the first run; drawn where it is undefined. */
  readonly fromSeed: number | undefined;
  readonly failFast: boolean;
  readonly json: boolean;
  readonly pool: PoolOptions;
}

export type Options =
  | { readonly command: 'help' | 'list' }
  | { readonly command: 'one'; readonly one: OneRun }
  | { readonly command: 'many'; readonly many: ManyRuns };

/** @throws UsageError naming the flag and what is allowed */
export function parseOptions(args: readonly string[]): Options {
  const values = parseFlags(args, FLAGS);
  if (values.help) return { command: 'help' };
  if (values.list) return { command: 'list' };
  const scenario = parseScenario(values.scenario ?? DEFAULTS.scenario);
  if (values.runs === undefined) {
    refuse(values, OF_MANY, 'goes with --runs only');
    if (values.json && values.digest) throw new UsageError('--json and --digest: allowed is one of them');
    const print = values.json ? 'json' : values.digest ? 'digest' : 'timeline';
    const limitMs = parseRunTimeout(values['run-timeout']);
    return {
      command: 'one',
      one: { scenario, seed: parseSeed('seed', values.seed), filter: parseFilter(values), print, limitMs },
    };
  }
  refuse(values, OF_ONE, 'does not go with --runs');
  const many = {
    scenario,
    runs: parseWhole('runs', values.runs, { max: 10_000_000 }),
    fromSeed: parseSeed('from-seed', values['from-seed']),
    failFast: values['fail-fast'] ?? false,
    json: values.json ?? false,
    pool: parsePool(values),
  };
  return { command: 'many', many };
}

/** @throws UsageError naming the flag and what is allowed */
export function parsePool(values: { readonly workers?: string; readonly 'run-timeout'?: string }): PoolOptions {
  const { workers, 'run-timeout': seconds } = values;
  return {
    workers: workers === undefined ? availableParallelism() : parseWhole('workers', workers, { max: 256 }),
    runTimeoutMs: parseRunTimeout(seconds) ?? 1000 * DEFAULTS['run-timeout'],
  };
}

/** Milliseconds. */
function parseRunTimeout(seconds: string | undefined): number | undefined {
  return seconds === undefined ? undefined : 1000 * parseWhole('run-timeout', seconds, { max: 86_400 });
}

/** @throws UsageError naming the range */
export function parseSeed(flag: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseWhole(flag, text, { min: 0, max: MAX_SEED });
}

function refuse<Flag extends string>(
  values: Partial<Record<Flag, unknown>>,
  flags: readonly Flag[],
  why: string,
): void {
  const flag = flags.find((name) => values[name] !== undefined);
  if (flag !== undefined) throw new UsageError(`--${flag} ${why}`);
}

function parseScenario(name: string): string {
  if (CATALOGUE.has(name)) return name;
  throw new UsageError(`--scenario ${JSON.stringify(name)}: allowed are ${[...CATALOGUE.keys()].join(', ')}`);
}

interface FilterValues {
  readonly events?: readonly string[];
  readonly node?: string;
  readonly from?: string;
  readonly to?: string;
}

function parseFilter({ events, node, from, to }: FilterValues): EventFilter {
  if (node === '') throw new UsageError('--node must name a node, such as n3');
  const fromMs = parseSeconds('from', from) ?? 0;
  const toMs = parseSeconds('to', to) ?? Number.POSITIVE_INFINITY;
  if (fromMs > toMs) throw new UsageError(`--from ${from} --to ${to}: the end comes before the beginning`);
  return { topics: events === undefined ? DEFAULT_TOPICS : events.flatMap(parseTopics), node, fromMs, toMs };
}

function parseTopics(list: string): readonly Topic[] {
  return list.split(',').flatMap((name): readonly Topic[] => {
    if (name === 'all') return TOPICS;
    if (name === 'none') return [];
    const topic = TOPICS.find((known) => known === name);
    if (topic !== undefined) return [topic];
    throw new UsageError(`--events ${JSON.stringify(name)}: allowed are ${TOPICS.join(', ')}, all, none`);
  });
}

/** Milliseconds. */
function parseSeconds(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return 1000 * Number(text);
  throw new UsageError(`--${flag} ${JSON.stringify(text)}: allowed are seconds, such as 12 or 12.5`);
}
