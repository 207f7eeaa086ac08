import { CommanderError } from 'commander';
import { reportError } from './errors.js';
import { EXIT } from './exit-codes.js';
import type { CliIo } from './io.js';
import { buildProgram } from './program.js';

/** Runs one command line (without the interpreter and the script) and gives the exit code. Never rejects. */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  let code: number = EXIT.ok;
  try {
    const program = buildProgram(io, (result) => {
      code = result;
    });
    await program.parseAsync(args, { from: 'user' });
    // Waits for what was written without waiting.
    await io.stdout.write('');
    if (io.stdout.failure !== undefined) throw io.stdout.failure;
    return code;
  } catch (error) {
    // Commander has already written its message, or the help or version that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return await reportError(io, error);
  }
}
