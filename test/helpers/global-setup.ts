import type { TestProject } from 'vitest/node';
// @ts-expect-error A launcher: plain JavaScript.
import { ensureBuilt } from '../../bin/web.mjs';
import { realData } from './lab-data.ts';
import { startPostgres } from './postgres.ts';

/** Builds the dashboard and starts one private PostgreSQL server, in which each test creates its own database. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  ensureBuilt();
  // No test crashes the system or this PostgreSQL server.
  const server = await startPostgres({ fsync: false });
  process.stdout.write(`tests: SQLite, and ${server.source}\n`);
  if (!realData) process.stdout.write('tests: no strings of real labs (PADDLES_DATA); only made-up ones are used\n');
  project.provide('postgresUrl', server.url);
  return server.stop;
}
