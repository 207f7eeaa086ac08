import { spawn } from 'node:child_process';
import { describeFailed, describeFailure } from './describe.js';
import type { OneRun } from './options.js';
import { lateOutcome, type Outcome } from './outcome.js';
import { Output } from './output.js';
import { freshSeed } from './seeds.js';
import { END_SIGNALS } from './series.js';

/**
 * Plays one run as `args` say, in a process of its own: where it takes longer than it may, that is ended, be it in a loop
 * without end. Whether every invariant held.
 */
export async function playLimited(one: OneRun, limitMs: number, args: readonly string[]): Promise<boolean> {
  const { scenario, seed = freshSeed(), print } = one;
  const command = [...process.execArgv, process.argv[1] ?? '', '--seed', String(seed), ...withoutLimit(args)];
  const child = spawn(process.execPath, command, { stdio: 'inherit' });
  const stop = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of END_SIGNALS) process.on(signal, stop);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = child.kill('SIGKILL');
  }, limitMs);
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('exit', resolve));
  clearTimeout(timer);
  for (const signal of END_SIGNALS) process.off(signal, stop);
  if (isLate) printLate(lateOutcome({ scenario, seed }, limitMs), print);
  return code === 0;
}

function printLate(outcome: Outcome, print: OneRun['print']): void {
  const output = new Output(process.stdout);
  if (print === 'json') output.line(JSON.stringify(outcome));
  else if (print === 'timeline') for (const line of describeFailed(outcome)) output.line(line);
  else if (outcome.failure !== undefined) process.stderr.write(`${describeFailure(outcome.failure)}\n`);
}

function withoutLimit(args: readonly string[]): readonly string[] {
  return args.filter((arg, at) => !arg.startsWith('--run-timeout') && args[at - 1] !== '--run-timeout');
}
