import { type Command, Option } from 'commander';
import { flagOf, formatValue, GROUPS, type SettingName, variableOf } from '../config/option.js';
import { OPTIONS, SETTING_NAMES } from '../config/options.js';
import { CONFIG_VARIABLE, type ConfigInput } from '../config/sources.js';
import { CliOption } from './cli-option.js';

function collect(value: string, previous: unknown): string {
  return typeof previous === 'string' ? `${previous},${value}` : value;
}

function optionOf<Name extends SettingName>(name: Name): CliOption {
  const option = OPTIONS[name];
  const { type } = option;
  const value = type.isSwitch ? `[${type.placeholder}]` : `<${type.placeholder}>`;
  const fallback = formatValue(option, option.fallback).replace(/^\((.*)\)$/, '$1');
  const cliOption = new CliOption(
    `${flagOf(option)} ${value}`,
    `${option.summary} [${variableOf(option)}; default: ${fallback}]`,
  ).completedWith(type.completion);
  cliOption.helpGroup(`${option.group}:`);
  if (type.isList) cliOption.argParser(collect);
  return cliOption;
}

/** Adds every option of the table, grouped, and those that are about the configuration itself. */
export function addNodeOptions(command: Command): void {
  for (const group of GROUPS) {
    for (const name of SETTING_NAMES) {
      const option = OPTIONS[name];
      if (option.group !== group || option.isSecret) continue;
      command.addOption(optionOf(name));
      if (option.type.isSwitch) command.addOption(new Option(`--no-${option.name}`).hideHelp());
    }
  }
  // Known only so that it can be refused with a reason.
  for (const option of SETTING_NAMES.map((name) => OPTIONS[name])) {
    if (option.isSecret) command.addOption(new Option(`${flagOf(option)} [secret]`).hideHelp());
  }
  const config = new CliOption('--config <file>', `TOML file with options in snake_case [${CONFIG_VARIABLE}]`);
  command.addOption(config.completedWith('file').helpGroup('Configuration:'));
  const print = new Option('--print-config', 'Print each value and where it came from, and start nothing');
  command.addOption(print.helpGroup('Configuration:'));
  command.addOption(new Option('--json', 'Print the configuration as JSON').helpGroup('Configuration:'));
}

/** The flags that were given, by option name, as `resolveConfig` takes them. */
export function givenFlags(command: Command): ConfigInput['flags'] {
  const flags: Record<string, string | boolean> = {};
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName());
    const name = option.name().replace(/^no-/, '');
    if (typeof value === 'string' || typeof value === 'boolean') flags[name] = value;
  }
  return flags;
}
