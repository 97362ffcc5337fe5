/** `npm test [-- filter …]`: all tests, on both engines. */
import { startVitest } from 'vitest/node';

process.stdout.write('tests: starting a private PostgreSQL; every suite runs on SQLite and on PostgreSQL\n');
const vitest = await startVitest('test', process.argv.slice(2), { run: true, watch: false });
await vitest.close();
