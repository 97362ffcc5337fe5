/**
 * `npm run check`: format, lint, types, architecture and the fast tests, in this order; stops at the first failure.
 * With `--static` only format, lint and types.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const bin = join(import.meta.dirname, '..', 'node_modules', '.bin');

const slow = ['--exclude', 'test/concurrency/**', '--exclude', 'test/browser/**', '--exclude', 'test/statements/**'];

const steps: [string, string, string[]][] = [
  ['format and lint', 'biome', ['check', '--error-on-warnings', '.']],
  ['types', 'tsc', ['--noEmit']],
  ['types of the dashboard', 'tsc', ['--noEmit', '-p', 'web']],
  ['types of its tests', 'tsc', ['--noEmit', '-p', 'test/browser']],
  ['architecture and fast tests', 'vitest', ['run', ...slow, '--reporter=dot']],
];

const chosen = process.argv.includes('--static') ? steps.slice(0, 4) : steps;

for (const [name, program, args] of chosen) {
  process.stdout.write(`check: ${name} ...\n`);
  const options = { stdio: 'inherit', cwd: join(bin, '..', '..') } as const;
  const { status } = spawnSync(process.execPath, [join(bin, program), ...args], options);
  if (status !== 0) {
    process.stderr.write(`check: ${name} failed\n`);
    process.exit(1);
  }
}
process.stdout.write('check: all good\n');
