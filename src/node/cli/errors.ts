import { RepramError } from '../../gossip/error.js';
import { printable } from '../printable.js';
import { exitCodeOf } from './exit-codes.js';
import { type CliIo, say } from './io.js';

const isSystemError = (error: unknown): error is Error => error instanceof Error && 'syscall' in error;

/** One line for people about whatever was thrown: never a stack. */
export function messageOf(error: unknown): string {
  if (error instanceof RepramError && error.code === 'REQUEST_FAILED' && error.meta['status'] === undefined) {
    return `${printable(error.message)} (--url or REPRAM_URL names the node)`;
  }
  if (error instanceof RepramError || isSystemError(error)) return printable(error.message);
  return `internal error: ${printable(error instanceof Error ? `${error.name}: ${error.message}` : String(error))}`;
}

/** Says what went wrong and gives the exit code for it. */
export async function reportError(io: CliIo, error: unknown): Promise<number> {
  await say(io, messageOf(error));
  return exitCodeOf(error);
}
