import { parseFlags, parseWhole, UsageError } from '../lib/usage.js';
import { DRILL_NAMES, type DrillName } from './drill.js';

/** What a drill can be told about itself. Times are in milliseconds. */
export interface Settings {
  readonly nodes: number;
  readonly runs: number;
  readonly cutMs: number;
  readonly lossPercent: number;
  readonly keys: number;
  readonly rate: number;
  readonly children: number;
}

export interface Options extends Settings {
  /** Further variables of every node, by name. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface CommandLine {
  readonly drill: DrillName | undefined;
  readonly options: Options;
  readonly json?: string;
  readonly write?: string;
  readonly help: boolean;
}

const FLAGS = {
  nodes: { type: 'string' },
  runs: { type: 'string' },
  cut: { type: 'string' },
  loss: { type: 'string' },
  keys: { type: 'string' },
  rate: { type: 'string' },
  children: { type: 'string' },
  env: { type: 'string', multiple: true },
  json: { type: 'string' },
  write: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

type SettingFlag = 'nodes' | 'runs' | 'cut' | 'loss' | 'keys' | 'rate' | 'children';
const SETTING_FLAGS: readonly SettingFlag[] = ['nodes', 'runs', 'cut', 'loss', 'keys', 'rate', 'children'];

/** The flags each drill takes, and what they are where they are not given. */
export const DEFAULTS: Readonly<Record<DrillName, Readonly<Partial<Record<SettingFlag, string>>>>> = {
  kill: { nodes: '3', runs: '30' },
  stop: { nodes: '3', runs: '10' },
  drop: { nodes: '3', runs: '10', loss: '0' },
  halves: { nodes: '6', runs: '1', cut: '5m', rate: '2' },
  join: { nodes: '3', runs: '1', keys: '100000', rate: '500' },
  restart: { nodes: '3', runs: '10', keys: '1000' },
  'reattach-term': { runs: '50', rate: '200' },
  'reattach-kill': { runs: '50', rate: '200' },
  'reattach-silent': { runs: '20', rate: '200' },
  'reattach-all': { runs: '20', rate: '200' },
  'reattach-many': { runs: '5', children: '300' },
  'omega-start': { runs: '10' },
  'omega-tick': { runs: '5' },
  'omega-eviction': { runs: '10' },
  seeds: { nodes: '6', runs: '5' },
};

const MAX_NODES = 50;
const MAX_RUNS = 1000;
const MAX_KEYS = 10_000_000;
const MAX_RATE = 10_000;
const MAX_CHILDREN = 500;
const MAX_LOSS = 90;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/** @throws UsageError naming what is wrong and what is allowed */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const [first] = args;
  const drill = first === undefined || first.startsWith('-') ? undefined : drillOf(first);
  const values = parseFlags(drill === undefined ? args : args.slice(1), FLAGS);
  const { json, write } = values;
  if (json === '') throw new UsageError('--json must name a file');
  if (write === '') throw new UsageError('--write must name a file');
  if (write !== undefined && values.env !== undefined) {
    throw new UsageError('--write and --env: pages hold what the defaults give');
  }
  return {
    drill,
    options: { ...parseSettings(drill, values), environment: parseEnvironment(values.env ?? []) },
    ...(json !== undefined && { json }),
    ...(write !== undefined && { write }),
    help: values.help ?? false,
  };
}

/** The words that select this drill and its settings again: the heading of its table in a page. */
export function commandOf(drill: DrillName, options: Options): string {
  const given: Readonly<Record<SettingFlag, string>> = {
    nodes: String(options.nodes),
    runs: String(options.runs),
    cut: formatDuration(options.cutMs),
    loss: String(options.lossPercent),
    keys: String(options.keys),
    rate: String(options.rate),
    children: String(options.children),
  };
  const flags = SETTING_FLAGS.filter((flag) => DEFAULTS[drill][flag] !== undefined);
  return [drill, ...flags.map((flag) => `--${flag} ${given[flag]}`)].join(' ');
}

function drillOf(text: string): DrillName {
  const name = DRILL_NAMES.find((known) => known === text);
  if (name === undefined) throw new UsageError(`${JSON.stringify(text)}: allowed are ${DRILL_NAMES.join(', ')}`);
  return name;
}

function parseSettings(drill: DrillName | undefined, values: Readonly<Partial<Record<SettingFlag, string>>>): Settings {
  const defaults = drill === undefined ? {} : DEFAULTS[drill];
  for (const flag of SETTING_FLAGS) {
    if (values[flag] !== undefined && defaults[flag] === undefined) {
      throw new UsageError(`--${flag} means nothing to ${drill ?? 'no drill'}`);
    }
  }
  const whole = (flag: SettingFlag, range: { readonly min?: number; readonly max: number }): number =>
    parseWhole(flag, values[flag] ?? defaults[flag] ?? String(range.min ?? 1), range);
  const nodes = whole('nodes', { min: 3, max: MAX_NODES });
  if (drill === 'halves' && nodes % 2 !== 0) throw new UsageError('--nodes: halves needs an even number');
  return {
    nodes,
    runs: whole('runs', { max: MAX_RUNS }),
    cutMs: parseDuration('cut', values.cut ?? defaults.cut ?? '0s'),
    lossPercent: whole('loss', { min: 0, max: MAX_LOSS }),
    keys: whole('keys', { max: MAX_KEYS }),
    rate: whole('rate', { max: MAX_RATE }),
    children: whole('children', { max: MAX_CHILDREN }),
  };
}

function parseDuration(flag: string, text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,6})(ms|s|m)$/.exec(text) ?? [];
  if (number === '')
    throw new UsageError(`--${flag} ${JSON.stringify(text)}: allowed is a time such as 5m, 30s, 500ms`);
  return Number(number) * (UNIT_MS[unit] ?? 1);
}

function formatDuration(ms: number): string {
  const unit = ['m', 's', 'ms'].find((name) => ms % (UNIT_MS[name] ?? 1) === 0) ?? 'ms';
  return `${ms / (UNIT_MS[unit] ?? 1)}${unit}`;
}

function parseEnvironment(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^(REPRAM_[A-Z_]+)=(.*)$/s.exec(pair) ?? [];
      if (name === undefined) throw new UsageError(`--env ${JSON.stringify(pair)}: allowed is REPRAM_NAME=value`);
      return [name, value ?? ''];
    }),
  );
}
