/**
 * Four kinds of test, by folder; `vitest run --project NAME` runs one of them.
 * End-to-end tests drive real Electron: one file at a time, on a display in memory.
 */
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * How long a test waits for what has to come (a barrier, not a measure): a machine with other work on it takes seconds for what is
 * there at once on a quiet one. What comes in time costs nothing.
 */
const patient = { expect: { poll: { timeout: 20_000 } } };
const shared = { alias: { '#shared': resolve(import.meta.dirname, 'shared') } };

export default defineConfig({
  test: {
    // Much of what the integration tests do is waiting; with one worker fewer than cores a small machine would idle.
    maxWorkers: '100%',
    projects: [
      { resolve: shared, test: { name: 'unit', include: ['tests/unit/**/*.test.{ts,tsx}'], environment: 'node', testTimeout: 30_000, ...patient } },
      { resolve: shared, test: { name: 'component', include: ['tests/component/**/*.test.{ts,tsx}'], environment: 'jsdom', setupFiles: ['tests/component/setup/patience.ts'], testTimeout: 60_000, ...patient } },
      {
        resolve: shared,
        test: { name: 'integration', include: ['tests/integration/**/*.test.ts'], environment: 'node', testTimeout: 120_000, hookTimeout: 120_000, ...patient },
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
          ...patient,
        },
      },
    ],
  },
});
