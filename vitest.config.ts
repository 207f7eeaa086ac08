import { defineConfig } from 'vitest/config';

const project = (name: string, options: Record<string, unknown> = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], ...options },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', { testTimeout: 30_000 }),
      project('property', { testTimeout: 30_000 }),
      project('compat'),
      project('sim', { testTimeout: 120_000 }),
      project('contract', { testTimeout: 20_000 }),
      project('cluster', { testTimeout: 60_000, hookTimeout: 30_000, fileParallelism: false }),
    ],
  },
});
