import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { inject } from 'vitest';

/** A database for one test. */
export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** A database engine. */
export interface Engine {
  name: 'sqlite' | 'postgres';
  createDatabase(): Promise<TestDatabase>;
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of the `postgres` database on the private server. */
    postgresUrl: string;
  }
}

/** Both engines, for `describe.each`. */
export const engines: Engine[] = [
  { name: 'sqlite', createDatabase: createSqlite },
  { name: 'postgres', createDatabase: createPostgres },
];

/**
 * The folder for SQLite files. In memory when there is enough of it, because otherwise every commit waits for the disk.
 * Tests kill processes but not the system, so nothing else changes.
 */
const sqliteFolder = hasRoom('/dev/shm') ? '/dev/shm' : tmpdir();

function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize > 2 ** 31;
}

async function createSqlite(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(sqliteFolder, 'paddles-sqlite-'));
  return {
    url: `sqlite:///${join(folder, 'paddles.db')}`,
    drop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function createPostgres(): Promise<TestDatabase> {
  const server = inject('postgresUrl');
  const name = `paddles_${randomBytes(8).toString('hex')}`;
  await execute(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(server, `drop database ${name} with (force)`) };
}

/**
 * Executes statements, separated by semicolons, past the server. A server may be writing to the same SQLite file, also
 * between requests, so a lock of the file is waited for.
 */
export async function execute(url: string, statements: string): Promise<void> {
  if (url.startsWith('sqlite:')) {
    const file = new DatabaseSync(url.slice('sqlite:///'.length), { timeout: 60_000 });
    try {
      file.exec(statements);
    } finally {
      file.close();
    }
    return;
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statements);
  } finally {
    await client.end();
  }
}
