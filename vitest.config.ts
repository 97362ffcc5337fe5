import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Tests of how long others wait: nothing else runs beside them. */
const alone = ['test/pressure/**/*.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './test/helpers/reporter.ts'],
    env: {
      // Marks the processes that tests start: global-setup.ts looks for those that are left.
      TEST_RUN: `${process.pid}`,
      // Servers that tests start as processes open their second door only when asked: they would meet on its port.
      PADDLES_TEUTHOLOGY_PORT: '',
      // Hundreds of processes are started: each takes 0.4 s less of a processor when it finds its code compiled.
      NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/node-tests'),
    },
    pool: 'forks',
    // Files share a process: importing the server takes two seconds of a processor, longer than most files run.
    isolate: false,
    // More than processors, because a test often waits for a process, a browser or a database.
    maxWorkers: 4,
    // Limits that only a test that hangs reaches, also on a machine that is busy with other things: nothing is timed here.
    testTimeout: 300_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 60_000 } },
    passWithNoTests: false,
    // They run in the order of their names. A unit test waits for 20 s: if it came last, nothing else could run meanwhile.
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'web/src/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['demo/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: alone,
          globalSetup: ['test/helpers/global-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          globalSetup: ['test/helpers/global-setup.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
