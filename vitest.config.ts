/**
 * Four kinds of test, by folder; `vitest run --project NAME` runs one of them.
 * End-to-end tests drive real Electron: one file at a time, on a display in memory.
 */
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

const shared = { alias: { '#shared': resolve(import.meta.dirname, 'shared') } };

export default defineConfig({
  test: {
    // Much of what the integration tests do is waiting; with one worker fewer than cores a small machine would idle.
    maxWorkers: '100%',
    projects: [
      { resolve: shared, test: { name: 'unit', include: ['tests/unit/**/*.test.{ts,tsx}'], environment: 'node' } },
      { resolve: shared, test: { name: 'component', include: ['tests/component/**/*.test.{ts,tsx}'], environment: 'jsdom' } },
      {
        resolve: shared,
        test: { name: 'integration', include: ['tests/integration/**/*.test.ts'], environment: 'node', testTimeout: 60_000, hookTimeout: 120_000 },
      },
      {
        resolve: shared,
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          environment: 'node',
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
