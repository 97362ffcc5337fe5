import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundleServer } from '../../bin/bundle.ts';
// @ts-expect-error The launchers are plain JavaScript.
import { ensureBuilt } from '../../bin/web.mjs';
import { bundledProgram } from './bundle.ts';
import { execute } from './engines.ts';
import { realData } from './lab-data.ts';
import { killLeftBehind } from './left-behind.ts';
import { memoryFolder } from './memory.ts';
import { startPostgres } from './postgres.ts';

/**
 * Builds the dashboard, starts a private PostgreSQL server in which each test creates its own database, and creates the template
 * databases. A process that a test leaves running makes the run fail. Vitest calls this for each project, and all projects share the
 * result of the first call.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = project.vitest.projects.map((each) => each.getProvidedContext()).find(({ postgres }) => postgres);
  if (shared) {
    project.provide('postgres', shared.postgres);
    project.provide('sqliteTemplate', shared.sqliteTemplate);
    return async () => {};
  }
  ensureBuilt();
  await bundleServer(dirname(bundledProgram));
  // No fsync, because no test crashes the system or this PostgreSQL server.
  const server = await startPostgres({ fsync: false });
  process.stdout.write(`tests: SQLite, and ${server.source}\n`);
  if (!realData) process.stdout.write('tests: no strings of real labs (PADDLES_DATA); only made-up ones are used\n');
  const folder = mkdtempSync(join(memoryFolder, 'paddles-template-'));
  const template = `paddles_template_${process.pid}`;
  project.provide('postgres', { server: server.url, template });
  const file = join(folder, 'paddles.db');
  project.provide('sqliteTemplate', file);
  await execute(server.url, `create database ${template}`);
  for (const url of [new URL(`/${template}`, server.url).href, `sqlite:///${file}`])
    execFileSync(process.execPath, [bundledProgram, 'migrate', '--database', url]);
  return async () => {
    await execute(server.url, `drop database ${template}`);
    rmSync(folder, { recursive: true });
    await server.stop();
    const left = await killLeftBehind(String(project.config.env.TEST_RUN));
    for (const command of left) process.stdout.write(`tests: a test left a process running: ${command}\n`);
    if (left.length > 0) process.exitCode = 1;
  };
}
