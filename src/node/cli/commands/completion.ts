import type { Command } from 'commander';
import { bashScript } from '../completion/bash.js';
import { fishScript } from '../completion/fish.js';
import { describeCommands } from '../completion/model.js';
import type { Shell } from '../completion/shell.js';
import { zshScript } from '../completion/zsh.js';
import { EXIT } from '../exit-codes.js';
import type { CliIo } from '../io.js';

const SCRIPTS: Readonly<Record<Shell, typeof bashScript>> = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `completion`: a script that completes the commands and options of `program`. */
export async function runCompletion(io: CliIo, shell: Shell, program: Command): Promise<number> {
  await io.stdout.write(SCRIPTS[shell](describeCommands(program)));
  return EXIT.ok;
}
