import { printable } from '../printable.js';
import type { NodeConfig, Origins } from './node-config.js';
import { fileKeyOf, formatValue, type Option, type SettingName, type Settings } from './option.js';
import { OPTIONS, SETTING_NAMES } from './options.js';

/** What is shown in place of a secret. */
const REDACTED = '(secret)';

/** One option of a resolved configuration, ready to be shown. */
export interface PrintedOption {
  readonly name: string;
  readonly key: string;
  /** As it would be written in a flag. */
  readonly text: string;
  /** As JSON shows it: numbers and booleans as such, durations and lists as text, `null` where not given. */
  readonly json: string | number | boolean | null;
  readonly source: string;
}

function jsonOf<T>(option: Option<T>, value: T): PrintedOption['json'] {
  if (value === undefined) return null;
  if (option.isSecret) return REDACTED;
  const text = option.type.format(value as Exclude<T, undefined>);
  if (typeof value === 'boolean') return value;
  return typeof value === 'number' && /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function printOption<Name extends SettingName>(name: Name, settings: Settings, source: string): PrintedOption {
  const option = OPTIONS[name];
  const value = settings[name];
  return {
    name: option.name,
    key: fileKeyOf(option),
    text: option.isSecret && value !== undefined ? REDACTED : printable(formatValue(option, value)),
    json: jsonOf(option, value),
    source,
  };
}

/** Each value and where it came from, in the order of the option table, secrets redacted. */
export function printConfig(config: NodeConfig, origins: Origins): readonly PrintedOption[] {
  const settings: Settings = { ...config, clusterSecretFile: undefined };
  return SETTING_NAMES.flatMap((name) =>
    name === 'clusterSecretFile' ? [] : [printOption(name, settings, origins[name].name)],
  );
}

/** `printConfig` as one JSON object by file key. */
export function printConfigJson(config: NodeConfig, origins: Origins): string {
  const entries = printConfig(config, origins).map(({ key, json, source }) => [key, { value: json, source }]);
  return JSON.stringify(Object.fromEntries(entries), null, 2);
}
