import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Job, lostOutcome } from './outcome.js';
import type { Played } from './play.js';

const WORKER = fileURLToPath(new URL('worker.js', import.meta.url));

/** How much of what a worker printed is kept, in characters, for the report of its death. */
const LAST_WORDS = 4000;

/** Plays one run at a time. */
export interface Worker {
  /** Never rejects: a worker that dies is an outcome that is not clean. */
  play(job: Job): Promise<Played>;
  end(): void;
}

/**
 * A worker that is a process of its own: whatever a run does to it, the seed is known. It inherits the options of this
 * process for Node.js and its environment, module loaders included.
 */
export class WorkerProcess implements Worker {
  readonly #child: ChildProcess;
  #lastWords = '';
  #ending: string | undefined;
  #settle: ((end: Played | string) => void) | undefined;

  constructor() {
    this.#child = fork(WORKER, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS);
    });
    this.#child.on('message', (played) => this.#settle?.(played as Played));
    this.#child.on('error', (error) => this.#ended(error.message));
    this.#child.on('close', (code, signal) => this.#ended(signal ?? `exit code ${code}`));
  }

  play(job: Job): Promise<Played> {
    const startedMs = performance.now();
    return new Promise((resolve) => {
      this.#settle = (end) => {
        this.#settle = undefined;
        resolve(typeof end === 'string' ? dead(job, end, startedMs) : end);
      };
      if (this.#ending !== undefined) this.#settle(this.#ending);
      else this.#child.send(job, (error) => error && this.#child.kill('SIGKILL'));
    });
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }

  #ended(how: string): void {
    this.#ending ??= `${how}\n${this.#lastWords}`.trim();
    this.#settle?.(this.#ending);
  }
}

function dead(job: Job, how: string, startedMs: number): Played {
  return {
    outcome: lostOutcome(job, 'the process of a run lives to its end', how, performance.now() - startedMs),
    isClean: false,
  };
}
