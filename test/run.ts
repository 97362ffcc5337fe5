/** `npm test [-- filter … option …]`: runs all tests on both engines. The options are those of vitest. */
import { join } from 'node:path';
import { parseCLI, startVitest } from 'vitest/node';
import { killNow } from './helpers/left-behind.ts';

// Test workers end with this process. The servers that they started are killed here.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    killNow(String(process.pid));
    process.exit(1);
  });
}

process.stdout.write('tests: every suite runs on SQLite and on a private PostgreSQL\n');
const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
const vitest = await startVitest('test', filter, { root: join(import.meta.dirname, '..'), ...options, watch: false });
await vitest.close();
