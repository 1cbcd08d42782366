import { defineConfig } from 'vitest/config';

const shared = {
  environment: 'node' as const,
  // A process per file: PostgreSQL, password hashing and OpenID providers keep state that threads would share.
  pool: 'forks' as const,
  execArgv: ['--disable-warning=ExperimentalWarning'],
  globalSetup: ['server/testing/cluster.ts'],
};

export default defineConfig({
  test: {
    reporters: [['default', { summary: false }]],
    silent: 'passed-only',
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['{contract,server,tools,bench}/**/*.test.ts', 'console/src/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'e2e',
          include: ['e2e/**/*.spec.ts'],
          // After the others, and one at a time: a browser and a server each.
          sequence: { groupOrder: 1 },
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
