import type { CompletedCommand, CompletedOption, CompletedProgram } from './model.js';

function flags(option: CompletedOption): string[] {
  return option.short === undefined ? [`--${option.long}`] : [`-${option.short}`, `--${option.long}`];
}

function reply(option: CompletedOption): string {
  if (option.completion === 'file') return 'COMPREPLY=($(compgen -f -- "$current"))';
  if (option.completion === 'directory') return 'COMPREPLY=($(compgen -d -- "$current"))';
  return option.completion === undefined
    ? 'COMPREPLY=()'
    : `COMPREPLY=($(compgen -W '${option.completion.join(' ')}' -- "$current"))`;
}

function valueCases(options: readonly CompletedOption[]): string[] {
  return options
    .filter((option) => option.value !== 'none' && (option.value === 'required' || option.completion !== undefined))
    .map((option) => `        ${flags(option).join('|')}) ${reply(option)}; return ;;`);
}

function branch(pattern: string, options: readonly CompletedOption[], words: readonly string[]): string[] {
  const candidates = [...words, ...options.flatMap(flags)].join(' ');
  return [
    `    ${pattern})`,
    '      case "$previous" in',
    ...valueCases(options),
    '      esac',
    `      COMPREPLY=($(compgen -W '${candidates}' -- "$current")) ;;`,
  ];
}

/** Completion for bash, 3.2 and later. */
export function bashScript(program: CompletedProgram): string {
  const name = `_${program.name.replaceAll('-', '_')}`;
  const commandNames = program.commands.map((command: CompletedCommand) => command.name);
  return [
    `# bash completion for ${program.name}: source <(${program.name} completion bash)`,
    `${name}() {`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is bash.
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" command=""',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is bash.
    '  if [ "$COMP_CWORD" -gt 1 ]; then command="${COMP_WORDS[1]}"; fi',
    '  case "$command" in',
    ...program.commands.flatMap((command) => branch(command.name, command.options, command.words)),
    ...branch("''", program.options, commandNames),
    ...branch('*', program.options, []),
    '  esac',
    '}',
    `complete -F ${name} ${program.name}`,
    '',
  ].join('\n');
}
