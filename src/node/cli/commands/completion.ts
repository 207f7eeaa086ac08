import type { Command } from 'commander';
import { bashScript } from '../completion/bash.js';
import { fishScript } from '../completion/fish.js';
import { describeCommands } from '../completion/model.js';
import { zshScript } from '../completion/zsh.js';
import { EXIT } from '../exit-codes.js';
import type { CliIo } from '../io.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** `completion`: a script that completes the commands and options of `program`. */
export async function runCompletion(io: CliIo, shell: Shell, program: Command): Promise<number> {
  await io.stdout.write(SCRIPTS[shell](describeCommands(program)));
  return EXIT.ok;
}
