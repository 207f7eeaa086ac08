import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What computes only may use every core; Vitest leaves one idle. */
const COMPUTING = { maxWorkers: availableParallelism(), sequence: { groupOrder: 0 } };
/** What opens sockets, or starts processes, keeps real time: one file after another, once the rest is done. */
const TIMED = { maxWorkers: 1, fileParallelism: false, sequence: { groupOrder: 1 } };

const project = (name: string, options: Record<string, unknown> = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], ...options },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', { ...COMPUTING, testTimeout: 30_000 }),
      project('property', { ...COMPUTING, testTimeout: 30_000 }),
      project('compat', COMPUTING),
      project('sim', { ...COMPUTING, testTimeout: 120_000 }),
      project('contract', { ...TIMED, testTimeout: 20_000 }),
      project('cluster', { ...TIMED, testTimeout: 60_000, hookTimeout: 30_000 }),
    ],
  },
});
