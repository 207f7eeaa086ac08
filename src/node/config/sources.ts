import { printable } from '../printable.js';
import { type ReadFile, readConfigFile } from './file.js';
import type { Origin } from './node-config.js';
import { fileKeyOf, flagOf, type SettingName, VARIABLE_PREFIX, variableOf } from './option.js';
import { OPTIONS, SETTING_NAMES } from './options.js';
import { didYouMean } from './suggest.js';

/** What the configuration is made from. */
export interface ConfigInput {
  /** By option name (`http-port`), and `config`; `true` for a switch that stands alone. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: ReadFile;
}

/** A value as it was written, and where. */
export interface RawValue {
  readonly text: string;
  readonly origin: Origin;
}

export interface Sources {
  readonly values: ReadonlyMap<SettingName, RawValue>;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Names the configuration file, as `--config` does. */
export const CONFIG_VARIABLE = 'REPRAM_CONFIG';
/** Names the node that the client commands talk to. */
export const URL_VARIABLE = 'REPRAM_URL';

const KNOWN_VARIABLES = [...SETTING_NAMES.map((name) => variableOf(OPTIONS[name])), CONFIG_VARIABLE, URL_VARIABLE];

/** Where an empty variable is a mistake: it would silently open, or split, a cluster that was meant to be closed. */
const NEVER_EMPTY: readonly SettingName[] = [
  'clusterSecret',
  'clusterSecretFile',
  'alsoAcceptSecrets',
  'alsoAcceptSecretFiles',
];

function secretFlagProblems({ flags }: ConfigInput): string[] {
  return SETTING_NAMES.map((name) => OPTIONS[name])
    .filter((option) => option.isSecret && flags[option.name] !== undefined)
    .map(
      (option) =>
        `${flagOf(option)}: a secret cannot be given as a flag, because every user of the machine can read the flags ` +
        `of a process; use ${variableOf(option)}, ${variableOf(option)}_FILE or ${flagOf(option)}-file`,
    );
}

function fromFlag(name: SettingName, { flags }: ConfigInput): RawValue | undefined {
  const option = OPTIONS[name];
  const given = option.isSecret ? undefined : flags[option.name];
  return given === undefined ? undefined : { text: String(given), origin: { kind: 'flag', name: flagOf(option) } };
}

/**
 * An empty variable counts as not given, since that is what `${NAME:-}` in a compose file yields. Not so for secrets.
 */
function fromEnvironment(name: SettingName, { env }: ConfigInput): RawValue | undefined {
  const variable = variableOf(OPTIONS[name]);
  const text = env[variable];
  if (text === undefined || (text === '' && !NEVER_EMPTY.includes(name))) return undefined;
  return { text, origin: { kind: 'environment', name: variable } };
}

function fromFile(name: SettingName, path: string, values: ReadonlyMap<string, string>): RawValue | undefined {
  const key = fileKeyOf(OPTIONS[name]);
  const text = values.get(key);
  return text === undefined ? undefined : { text, origin: { kind: 'file', name: `${printable(path)}:${key}` } };
}

function unknownVariables(env: ConfigInput['env']): string[] {
  const known = KNOWN_VARIABLES.map((name) => name.slice(VARIABLE_PREFIX.length));
  return Object.keys(env)
    .filter((name) => name.startsWith(VARIABLE_PREFIX) && !KNOWN_VARIABLES.includes(name))
    .map((name) => {
      const hint = didYouMean(name.slice(VARIABLE_PREFIX.length), known).replace(
        /\b[A-Z_]{2,}\b/g,
        `${VARIABLE_PREFIX}$&`,
      );
      return `${printable(name)} is not a variable of this node and has no effect${hint}`;
    });
}

function configPath({ flags, env }: ConfigInput): string | undefined {
  const flag = flags['config'];
  return typeof flag === 'string' ? flag : env[CONFIG_VARIABLE] || undefined;
}

/** Finds the text of every setting that is given: flag, then variable, then file. */
export function collectSources(input: ConfigInput): Sources {
  const path = configPath(input);
  const file = path === undefined ? undefined : readConfigFile(path, input.readFile);
  const values = new Map<SettingName, RawValue>();
  for (const name of SETTING_NAMES) {
    const inFile = path === undefined || file === undefined ? undefined : fromFile(name, path, file.values);
    const raw = fromFlag(name, input) ?? fromEnvironment(name, input) ?? inFile;
    if (raw !== undefined) values.set(name, raw);
  }
  const problems = [...secretFlagProblems(input), ...(file?.problems ?? [])];
  return { values, problems, warnings: unknownVariables(input.env) };
}
