import type { Command, Option } from 'commander';
import type { Completion } from '../../config/value-type.js';
import { CliOption } from '../cli-option.js';

/** One option as a shell needs to know it. */
export interface CompletedOption {
  /** Without dashes; `short` is one letter. */
  readonly long: string;
  readonly short: string | undefined;
  readonly summary: string;
  /** `none`: a switch. `optional`: a switch that may have a value. */
  readonly value: 'none' | 'optional' | 'required';
  readonly completion: Completion | undefined;
}

export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** Words the first argument can be. */
  readonly words: readonly string[];
}

export interface CompletedProgram {
  readonly name: string;
  readonly commands: readonly CompletedCommand[];
  /** Options that can be given without naming a command. */
  readonly options: readonly CompletedOption[];
}

function describeOption(option: Option): CompletedOption {
  return {
    long: (option.long ?? '').replace(/^--/, ''),
    short: option.short?.replace(/^-/, ''),
    summary: option.description.replace(/ \[[^\]]*\]$/, ''),
    value: option.required ? 'required' : option.optional ? 'optional' : 'none',
    completion: option instanceof CliOption ? option.completion : option.argChoices,
  };
}

function describeOptions(command: Command): readonly CompletedOption[] {
  return command.createHelp().visibleOptions(command).map(describeOption);
}

/** A command with commands under it offers these as words, and behind them the options of all of them. */
function describeCommand(command: Command): CompletedCommand {
  const own = [command, ...command.commands].flatMap((part) => command.createHelp().visibleOptions(part));
  const options = new Map(own.map((option) => [option.long, describeOption(option)]));
  return {
    name: command.name(),
    summary: command.summary() || command.description(),
    options: [...options.values()],
    words: command.registeredArguments[0]?.argChoices ?? command.commands.map((part) => part.name()),
  };
}

/** What there is to complete, read from the commands themselves. */
export function describeCommands(program: Command): CompletedProgram {
  const visible = program.createHelp().visibleCommands(program);
  return { name: program.name(), commands: visible.map(describeCommand), options: describeOptions(program) };
}
