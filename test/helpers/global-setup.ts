import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres.ts';

/** One private PostgreSQL for a run of the tests; each test makes a database of its own in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  process.stdout.write(`tests: SQLite, and ${server.source}\n`);
  project.provide('postgresUrl', server.url);
  return server.stop;
}
