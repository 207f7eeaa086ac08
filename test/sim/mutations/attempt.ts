import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TrialReport } from './child.js';
import { formatTrial, type Trial } from './trials.js';
import { MUTATION_VARIABLE } from './variable.js';

/** How a process under test ended: by itself, or killed because it took too long, or by a fault of its own. */
export interface Attempt {
  /** Of every run that ended, in order. Only the last one may have broken an invariant. */
  readonly reports: readonly TrialReport[];
  readonly ending: 'done' | 'too long' | 'failed';
  /** What it wrote to stderr. */
  readonly stderr: string;
}

const REGISTER = new URL('./register.js', import.meta.url).href;
const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));

/** A mutation may hoard: the process ends before the machine suffers. */
const HEAP_MIB = 1024;

/** Plays trials in a process of its own, with the mutation of that name or with sound code. Never rejects. */
export function attempt(mutation: string | undefined, trials: readonly Trial[], withinMs: number): Promise<Attempt> {
  const { [MUTATION_VARIABLE]: _, ...inherited } = process.env;
  const env = mutation === undefined ? inherited : { ...inherited, [MUTATION_VARIABLE]: mutation };
  const args = [`--max-old-space-size=${HEAP_MIB}`, '--import', REGISTER, CHILD, ...trials.map(formatTrial)];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr, tookTooLong] = ['', '', false];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const timer = setTimeout(() => {
    tookTooLong = true;
    child.kill('SIGKILL');
  }, withinMs);
  return new Promise((resolve) => {
    child.on('error', (error) => {
      stderr += error.message;
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      const ending = tookTooLong ? 'too long' : code === 0 ? 'done' : 'failed';
      resolve({ reports: parseReports(stdout), ending, stderr });
    });
  });
}

/** Whole lines only: a process that was killed may leave half of one. */
function parseReports(stdout: string): readonly TrialReport[] {
  const lines = stdout.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as TrialReport);
}
