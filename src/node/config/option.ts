import type { NodeConfig } from './node-config.js';
import type { ValueType } from './value-type.js';

/** The groups in which help and documentation list the options. */
export const GROUPS = [
  'Identity',
  'Network',
  'Discovery',
  'Data',
  'Membership',
  'Limits and security',
  'Operation',
] as const;
type Group = (typeof GROUPS)[number];

/** The ways in which secrets are given. */
export interface SecretSettings {
  readonly clusterSecret: string | undefined;
  readonly clusterSecretFile: string | undefined;
  readonly alsoAcceptSecrets: readonly string[] | undefined;
  readonly alsoAcceptSecretFiles: readonly string[] | undefined;
}

/** What can be set. */
export type Settings = Omit<NodeConfig, 'clusterSecrets'> & SecretSettings;
export type SettingName = keyof Settings;

/** One row of the option table. Its flag, variable and file key all follow from `name`. */
export interface Option<T> {
  /** kebab-case. */
  readonly name: string;
  readonly group: Group;
  /** One sentence without a full stop. */
  readonly summary: string;
  readonly type: ValueType<Exclude<T, undefined>>;
  readonly fallback: T;
  /** What it means that the value is not given; for options whose fallback is `undefined`. */
  readonly unset?: string;
  /** The value is never shown and never read from a flag or the configuration file. */
  readonly isSecret?: true;
}

/** The parts of an option that do not depend on the type of its value. */
export type OptionNames = Pick<Option<unknown>, 'name' | 'isSecret'>;

export const VARIABLE_PREFIX = 'REPRAM_';

export function flagOf(option: Pick<OptionNames, 'name'>): string {
  return `--${option.name}`;
}

export function variableOf(option: Pick<OptionNames, 'name'>): string {
  return VARIABLE_PREFIX + fileKeyOf(option).toUpperCase();
}

export function fileKeyOf(option: Pick<OptionNames, 'name'>): string {
  return option.name.replaceAll('-', '_');
}

/** Every name under which an option can be set, for messages. */
export function namesOf(option: OptionNames): string {
  return option.isSecret
    ? variableOf(option)
    : `${flagOf(option)}, ${variableOf(option)}, ${fileKeyOf(option)} in the file`;
}

/** The value as it would be written in a flag; `unset` text in brackets where there is none. */
export function formatValue<T>(option: Option<T>, value: T): string {
  if (value === undefined) return `(${option.unset ?? 'none'})`;
  return option.type.format(value as Exclude<T, undefined>) || '(none)';
}
