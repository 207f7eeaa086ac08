import { type Job, lateOutcome, type Outcome } from './outcome.js';
import type { Played } from './play.js';
import type { Worker } from './worker-process.js';

export interface PoolOptions {
  readonly workers: number;
  /** How long one run may take, in real milliseconds. */
  readonly runTimeoutMs: number;
}

/** Plays many runs on a few workers. A worker that is not fit for another run is replaced. */
export class Pool {
  readonly #startWorker: () => Worker;
  readonly #options: PoolOptions;
  /** At most `workers`. */
  readonly #workers = new Set<Worker>();
  #isStopped = false;

  constructor(startWorker: () => Worker, options: PoolOptions) {
    this.#startWorker = startWorker;
    this.#options = options;
  }

  /** Plays the jobs until there are none, in no certain order. `jobs` is asked only when a worker is free. */
  async run(jobs: Iterable<Job>, onOutcome: (outcome: Outcome) => void): Promise<void> {
    const queue = jobs[Symbol.iterator]();
    const turns = Array.from({ length: this.#options.workers }, () => this.#work(queue, onOutcome));
    await Promise.all(turns);
  }

  /** No further run begins, and those under way are given up without an outcome. */
  stop(): void {
    this.#isStopped = true;
    for (const worker of this.#workers) worker.end();
  }

  async #work(queue: Iterator<Job>, onOutcome: (outcome: Outcome) => void): Promise<void> {
    let worker: Worker | undefined;
    for (let next = queue.next(); !next.done && !this.#isStopped; next = queue.next()) {
      worker ??= this.#start();
      const { outcome, isClean } = await this.#play(worker, next.value);
      if (!isClean) worker = this.#end(worker);
      if (!this.#isStopped) onOutcome(outcome);
    }
    if (worker !== undefined) this.#end(worker);
  }

  async #play(worker: Worker, job: Job): Promise<Played> {
    const { runTimeoutMs } = this.#options;
    const { promise: late, cancel } = timeout(runTimeoutMs);
    const played = await Promise.race([worker.play(job), late]);
    cancel();
    if (played !== undefined) return played;
    return { outcome: lateOutcome(job, runTimeoutMs), isClean: false };
  }

  #start(): Worker {
    const worker = this.#startWorker();
    this.#workers.add(worker);
    return worker;
  }

  #end(worker: Worker): undefined {
    this.#workers.delete(worker);
    worker.end();
  }
}

function timeout(ms: number): { readonly promise: Promise<undefined>; readonly cancel: () => void } {
  let cancel = (): void => undefined;
  const promise = new Promise<undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), ms);
    cancel = () => clearTimeout(timer);
  });
  return { promise, cancel };
}
