import { Worker } from 'node:worker_threads';
import type { Job, Measured } from './catalogue.js';

/**
 * A thousand nodes know a million others between them. The young generation is large, since messages live a moment
 * only.
 */
const LIMITS = { maxOldGenerationSizeMb: 8192, maxYoungGenerationSizeMb: 384 } as const;

/**
 * Takes the measurements, `workers` at a time, in order.
 *
 * @param onMeasured called after each, with the real time that it took
 */
export async function measureAll(
  jobs: readonly Job[],
  workers: number,
  onMeasured: (measured: Measured, tookMs: number) => void,
): Promise<readonly Measured[]> {
  const queue = jobs[Symbol.iterator]();
  const done: Measured[] = [];
  const work = async (): Promise<void> => {
    for (const job of queue) {
      const startedMs = performance.now();
      const measured = await measureApart(job);
      onMeasured(measured, performance.now() - startedMs);
      done.push(measured);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return done;
}

function measureApart(job: Job): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('worker.js', import.meta.url), { workerData: job, resourceLimits: LIMITS });
    worker.on('message', resolve);
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error(`${job.name} of ${job.size} nodes ended without a result`)));
  });
}
