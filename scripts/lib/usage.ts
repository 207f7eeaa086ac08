import { type ParseArgsConfig, parseArgs } from 'node:util';

/** A command line that cannot be understood: names the flag and what is allowed. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Flags = NonNullable<ParseArgsConfig['options']>;
type Values<F extends Flags> = ReturnType<typeof parseArgs<{ options: F; allowPositionals: false }>>['values'];

/** @throws UsageError listing the flags there are */
export function parseFlags<const F extends Flags>(args: readonly string[], flags: F): Values<F> {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: false }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const allowed = Object.keys(flags).map((flag) => `--${flag}`);
    throw new UsageError(`${reason}\nAllowed: ${allowed.join(' ')}`);
  }
}

export interface WholeRange {
  /** 1 unless given. */
  readonly min?: number;
  readonly max: number;
  /** What is counted, for the error: `numbers` unless given. */
  readonly what?: string;
}

/** @throws UsageError naming the flag and the range */
export function parseWhole(flag: string, text: string, { min = 1, max, what = 'numbers' }: WholeRange): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`--${flag} ${JSON.stringify(text)}: allowed are whole ${what} from ${min} to ${max}`);
  }
  return value;
}

/** What a tool prints that cannot go on, and its exit code: 2 where the command line is at fault, else 1. */
export function explain(error: unknown, help = '--help'): { readonly text: string; readonly exitCode: 1 | 2 } {
  if (error instanceof UsageError) return { text: `${error.message}\nSee ${help}.\n`, exitCode: 2 };
  return { text: `${error instanceof Error ? error.stack : String(error)}\n`, exitCode: 1 };
}

/** Runs a tool with the arguments of this process, to the exit code it returns or to that of what it threw. */
export async function runTool(main: (args: readonly string[]) => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    const { text, exitCode } = explain(error);
    process.stderr.write(text);
    process.exitCode = exitCode;
  }
}
