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
  /** Creates an empty database, as before the first start of a server. */
  createDatabase(): Promise<TestDatabase>;
  /** Creates a database with all tables, as after the first start. It is a copy, which takes a tenth of the time. */
  createTables(): Promise<TestDatabase>;
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of the `postgres` database on the private server, and the name of the template database there. */
    postgres: { server: string; template: string };
    /** The file that is copied. */
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
  // The faster one of the two copy strategies if the data is in memory.
  await execute(server, `create database ${name} ${withTables ? `template ${template}` : ''} strategy file_copy`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(server, `drop database ${name} with (force)`) };
}

/**
 * Executes statements, separated by semicolons, directly on the database. Waits for locks, because a server can be writing to the
 * same SQLite file, also between requests.
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
