import { Worker } from 'node:worker_threads';

/** Ends this process soon after the one that started it, though it may be in a loop without end: a thread looks. */
export function endWithParent(): void {
  const watchdog = new Worker(new URL('./watchdog.js', import.meta.url), { workerData: process.ppid, execArgv: [] });
  watchdog.unref();
}
