import type { TestProject } from 'vitest/node';
// @ts-expect-error A launcher: plain JavaScript.
import { ensureBuilt } from '../../bin/web.mjs';
import { startPostgres } from './postgres.ts';

/** The dashboard's bundle, and one private PostgreSQL for a run of the tests; each test makes a database of its own in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  ensureBuilt();
  const server = await startPostgres();
  process.stdout.write(`tests: SQLite, and ${server.source}\n`);
  project.provide('postgresUrl', server.url);
  return server.stop;
}
