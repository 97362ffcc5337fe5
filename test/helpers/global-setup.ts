import type { TestProject } from 'vitest/node';
// @ts-expect-error A launcher: plain JavaScript.
import { ensureBuilt } from '../../bin/web.mjs';
import { realData } from './lab-data.ts';
import { startPostgres } from './postgres.ts';

/** The dashboard's bundle, and one private PostgreSQL for a run of the tests; each test makes a database of its own in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  ensureBuilt();
  // Tests kill servers, never PostgreSQL: what it has told the system is there.
  const server = await startPostgres({ fsync: false });
  process.stdout.write(`tests: SQLite, and ${server.source}\n`);
  if (!realData)
    process.stdout.write('tests: strings of real labs are missing (PADDLES_DATA); made-up ones are used\n');
  project.provide('postgresUrl', server.url);
  return server.stop;
}
