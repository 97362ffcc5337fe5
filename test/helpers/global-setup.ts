import type { TestProject } from 'vitest/node';
// @ts-expect-error A launcher: plain JavaScript.
import { ensureBuilt } from '../../bin/web.mjs';
import { bundleServer } from './bundle.ts';
import { realData } from './lab-data.ts';
import { killLeftBehind } from './left-behind.ts';
import { startPostgres } from './postgres.ts';

/**
 * Builds the dashboard and starts one private PostgreSQL server, in which each test creates its own database. A process that
 * a test leaves running makes the run fail.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  ensureBuilt();
  await bundleServer();
  // No test crashes the system or this PostgreSQL server.
  const server = await startPostgres({ fsync: false });
  process.stdout.write(`tests: SQLite, and ${server.source}\n`);
  if (!realData) process.stdout.write('tests: no strings of real labs (PADDLES_DATA); only made-up ones are used\n');
  project.provide('postgresUrl', server.url);
  return async () => {
    await server.stop();
    const left = await killLeftBehind(String(project.config.env.TEST_RUN));
    for (const command of left) process.stdout.write(`tests: a test left a process running: ${command}\n`);
    if (left.length > 0) process.exitCode = 1;
  };
}
