/** `npm test [-- filter … option …]`: runs all tests on both engines. The options are those of vitest. */
import { join } from 'node:path';
import { parseCLI, startVitest } from 'vitest/node';

process.stdout.write('tests: every suite runs on SQLite and on a private PostgreSQL\n');
const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
const vitest = await startVitest('test', filter, { root: join(import.meta.dirname, '..'), ...options, watch: false });
await vitest.close();
