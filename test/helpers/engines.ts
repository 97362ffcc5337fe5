import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { inject } from 'vitest';
import { sqlitePath } from '../../bench/database.ts';
import { memoryFolder } from './memory.ts';

/** A database for one test. */
export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** A database engine. */
export interface Engine {
  name: 'sqlite' | 'postgres';
  /** An empty database, as a first start finds it. */
  createDatabase(): Promise<TestDatabase>;
  /** A database as the first start leaves it: a copy, which takes a tenth of the time. */
  createTables(): Promise<TestDatabase>;
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of the `postgres` database on the private server, and the name of the database there that copies are made of. */
    postgres: { server: string; template: string };
    /** The file that copies are made of. */
    sqliteTemplate: string;
  }
}

/** Both engines, for `describe.each`. */
export const engines: Engine[] = [
  { name: 'sqlite', createDatabase: () => createSqlite(false), createTables: () => createSqlite(true) },
  { name: 'postgres', createDatabase: () => createPostgres(false), createTables: () => createPostgres(true) },
];

async function createSqlite(withTables: boolean): Promise<TestDatabase> {
  const folder = mkdtempSync(join(memoryFolder, 'paddles-sqlite-'));
  const file = join(folder, 'paddles.db');
  if (withTables) copyFileSync(inject('sqliteTemplate'), file);
  return { url: `sqlite:///${file}`, drop: async () => rmSync(folder, { recursive: true, force: true }) };
}

async function createPostgres(withTables: boolean): Promise<TestDatabase> {
  const { server, template } = inject('postgres');
  const name = `paddles_${randomBytes(8).toString('hex')}`;
  // Of the two ways to copy this one is faster where nothing waits for a disk.
  await execute(server, `create database ${name} ${withTables ? `template ${template}` : ''} strategy file_copy`);
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
    const file = new DatabaseSync(sqlitePath(url), { timeout: 60_000 });
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
