import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'demo/**/*.test.ts', 'web/src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/helpers/global-setup.ts'],
    reporters: ['default', './test/helpers/reporter.ts'],
    // Servers that tests start as processes open their second door only when asked: they would meet on its port.
    env: { PADDLES_TEUTHOLOGY_PORT: '' },
    pool: 'forks',
    maxWorkers: 2,
    // Limits that only a test that hangs reaches, also on a machine that is busy with other things: nothing is timed here.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    passWithNoTests: false,
  },
});
