import { printable } from '../printable.js';
import type { NodeConfig, Origins, ShownField } from './node-config.js';
import { fileKeyOf, formatValue, type Option, type Settings } from './option.js';
import { OPTIONS, SETTING_NAMES } from './options.js';

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
  const text = option.type.format(value as Exclude<T, undefined>);
  if (typeof value === 'boolean') return value;
  return typeof value === 'number' && /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function printOption<Name extends ShownField>(name: Name, settings: Settings, source: string): PrintedOption {
  const option = OPTIONS[name];
  const value = settings[name];
  return {
    name: option.name,
    key: fileKeyOf(option),
    text: printable(formatValue(option, value)),
    json: jsonOf(option, value),
    source,
  };
}

/**
 * Each value and where it came from, in the order of the option table. A secret prints as its type formats it: not at
 * all.
 */
export function printConfig(config: NodeConfig, origins: Origins): readonly PrintedOption[] {
  const { clusterSecrets, ...rest } = config;
  const [clusterSecret, ...others] = clusterSecrets;
  const alsoAcceptSecrets = others.length === 0 ? undefined : others;
  const settings: Settings = {
    ...rest,
    ...{ clusterSecret, alsoAcceptSecrets, clusterSecretFile: undefined, alsoAcceptSecretFiles: undefined },
  };
  return SETTING_NAMES.flatMap((name) =>
    name === 'clusterSecretFile' || name === 'alsoAcceptSecretFiles'
      ? []
      : [printOption(name, settings, origins[name].name)],
  );
}

/** `printConfig` as one JSON object by file key. */
export function printConfigJson(config: NodeConfig, origins: Origins): string {
  const entries = printConfig(config, origins).map(({ key, json, source }) => [key, { value: json, source }]);
  return JSON.stringify(Object.fromEntries(entries), null, 2);
}
