import { parse, TomlError } from 'smol-toml';
import { printable, quoted } from '../printable.js';
import { fileKeyOf } from './option.js';
import { OPTIONS, SETTING_NAMES } from './options.js';
import { didYouMean } from './suggest.js';

/** Reads a whole file as UTF-8; throws as `node:fs` does. */
export type ReadFile = (path: string) => string;

/** What a configuration file sets, as text by key, and what is wrong with it. */
export interface ConfigFile {
  readonly values: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

const ALL_OPTIONS = SETTING_NAMES.map((name) => OPTIONS[name]);
const KNOWN_KEYS = ALL_OPTIONS.filter((option) => !option.isSecret).map(fileKeyOf);
const SECRET_KEYS = ALL_OPTIONS.filter((option) => option.isSecret).map(fileKeyOf);

/** The message of something thrown, on one line. */
export function reasonOf(error: unknown): string {
  return printable((error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '');
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(',');
  return undefined;
}

function keyProblem(key: string, value: unknown): string | undefined {
  if (SECRET_KEYS.includes(key)) {
    return `${key} has no place in this file; put the secret into a file of its own and name that with ${key}_file`;
  }
  if (!KNOWN_KEYS.includes(key)) return `unknown key ${quoted(key)}${didYouMean(key, KNOWN_KEYS)}`;
  if (textOf(value) === undefined) return `${key} takes a string, a number, a boolean or a list of strings`;
  return undefined;
}

function parseToml(text: string, path: string): { table: Record<string, unknown> } | { problem: string } {
  try {
    return { table: parse(text) };
  } catch (error) {
    const place = error instanceof TomlError ? `:${error.line}:${error.column}` : '';
    return { problem: `${printable(path)}${place}: ${reasonOf(error)}` };
  }
}

/** Reads a TOML file whose keys are the options' names in snake_case. Never throws. */
export function readConfigFile(path: string, readFile: ReadFile): ConfigFile {
  const failed = (problem: string): ConfigFile => ({ values: new Map(), problems: [problem] });
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    return failed(`the configuration file ${quoted(path)} cannot be read: ${reasonOf(error)}`);
  }
  const parsed = parseToml(text, path);
  if ('problem' in parsed) return failed(parsed.problem);

  const values = new Map<string, string>();
  const problems: string[] = [];
  for (const [key, value] of Object.entries(parsed.table)) {
    const problem = keyProblem(key, value);
    if (problem === undefined) values.set(key, textOf(value) ?? '');
    else problems.push(`${printable(path)}: ${problem}`);
  }
  return { values, problems };
}
