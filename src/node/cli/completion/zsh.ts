import type { CompletedOption, CompletedProgram } from './model.js';

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Escapes what `_arguments` and `_describe` give a meaning to. */
function plain(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&');
}

function action({ completion }: CompletedOption): string {
  if (completion === 'file') return '_files';
  if (completion === 'directory') return '_files -/';
  return completion === undefined ? ' ' : `(${completion.join(' ')})`;
}

function specs(option: CompletedOption): string[] {
  const separator = option.value === 'optional' ? '::' : ':';
  const value = option.value === 'none' ? '' : `${separator}${plain(option.long)}:${action(option)}`;
  const names = option.short === undefined ? [`--${option.long}`] : [`-${option.short}`, `--${option.long}`];
  return names.map((name) => quote(`${name}[${plain(option.summary)}]${value}`));
}

function argumentsOf(options: readonly CompletedOption[], words: readonly string[]): string {
  // Without a word about arguments, zsh offers no options behind one.
  const first = quote(words.length === 0 ? '*: : ' : `1:word:(${words.join(' ')})`);
  return `_arguments ${[...options.flatMap(specs), first].join(' ')}`;
}

/** Completion for zsh. */
export function zshScript(program: CompletedProgram): string {
  const name = `_${program.name.replaceAll('-', '_')}`;
  return [
    `#compdef ${program.name}`,
    `# zsh completion for ${program.name}: source <(${program.name} completion zsh)`,
    `${name}() {`,
    '  local -a commands',
    `  commands=(${program.commands.map((command) => quote(`${command.name}:${plain(command.summary)}`)).join(' ')})`,
    '  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then',
    "    _describe -t commands 'command' commands",
    '    return',
    '  fi',
    '  case $words[2] in',
    ...program.commands.map(
      (command) =>
        `    ${command.name}) shift words; (( CURRENT-- )); ${argumentsOf(command.options, command.words)} ;;`,
    ),
    `    *) ${argumentsOf(program.options, [])} ;;`,
    '  esac',
    '}',
    `if [ "$funcstack[1]" = "${name}" ]; then ${name} "$@"; else compdef ${name} ${program.name}; fi`,
    '',
  ].join('\n');
}
