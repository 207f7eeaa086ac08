import type { CompletedCommand, CompletedOption, CompletedProgram } from './model.js';

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

function valueFlags({ value, completion }: CompletedOption): string {
  if (value === 'none' || (value === 'optional' && completion === undefined)) return '';
  if (completion === 'file') return ' -r -F';
  if (completion === 'directory') return " -x -a '(__fish_complete_directories)'";
  const words = completion === undefined ? '' : ` -a ${quote(completion.join(' '))}`;
  return value === 'optional' ? ` -f${words}` : ` -x${words}`;
}

function optionLine(prefix: string, option: CompletedOption): string {
  const short = option.short === undefined ? '' : ` -s ${option.short}`;
  return `${prefix}${short} -l ${option.long}${valueFlags(option)} -d ${quote(option.summary)}`;
}

function commandLines(program: string, command: CompletedCommand): string[] {
  const inside = `complete -c ${program} -n '__fish_seen_subcommand_from ${command.name}'`;
  const words = command.words.length === 0 ? [] : [`${inside} -f -a ${quote(command.words.join(' '))}`];
  return [...words, ...command.options.map((option) => optionLine(inside, option))];
}

/** Completion for fish. */
export function fishScript(program: CompletedProgram): string {
  const outside = `complete -c ${program.name} -n __fish_use_subcommand`;
  return [
    `# fish completion for ${program.name}: ${program.name} completion fish | source`,
    `complete -c ${program.name} -f`,
    ...program.commands.map((command) => `${outside} -a ${command.name} -d ${quote(command.summary)}`),
    ...program.options.map((option) => optionLine(outside, option)),
    ...program.commands.flatMap((command) => commandLines(program.name, command)),
    '',
  ].join('\n');
}
