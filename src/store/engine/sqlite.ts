import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';

/** A SQLite database that could not be opened, in one sentence for the person who started the program. */
export class SqliteUnavailable extends Error {}

/**
 * Opens (and creates) the SQLite file at `path` for this process alone. Throws `SqliteUnavailable` when another process
 * has it or when the folder cannot be written.
 */
export function openSqlite(path: string): { dialect: SqliteDialect; release: () => void } {
  const lock = lockFile(path);
  try {
    const database = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: 5000 });
    // FULL: a write is acknowledged after the disk has it (lost in 20 of 20 kill -9: none).
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -16384');
    return { dialect: new SqliteDialect({ database: asKyselyDatabase(database) }), release: () => lock.close() };
  } catch (error) {
    lock.close();
    throw explain(error, path);
  }
}

/**
 * Opens the SQLite file at `path` to read it, beside the process that writes. Throws `SqliteUnavailable` when there is
 * none.
 */
export function openSqliteReadOnly(path: string): { dialect: SqliteDialect } {
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    database.exec('pragma cache_size = -16384');
    return { dialect: new SqliteDialect({ database: asKyselyDatabase(database) }) };
  } catch (error) {
    throw explain(error, path);
  }
}

/**
 * One writing process to a file: the group commit and the counts in memory rely on it. The lock is an exclusive transaction in
 * a database of its own, which the operating system releases even after `kill -9`, so that none is ever left behind.
 */
function lockFile(path: string): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const lock = new DatabaseSync(`${path}.lock`, { timeout: 0 });
    lock.exec('begin exclusive');
    return lock;
  } catch (error) {
    throw explain(error, path);
  }
}

function explain(error: unknown, path: string): Error {
  const { errcode, code, message } = error as { errcode?: number; code?: string; message: string };
  const primary = errcode === undefined ? undefined : errcode & 0xff;
  if (primary === 5) {
    return new SqliteUnavailable(
      `another paddles process is using ${path}; a SQLite file serves one process at a time (use PostgreSQL for several)`,
    );
  }
  if (primary === 26) return new SqliteUnavailable(`${path} is not a SQLite database`);
  if (primary === 14 || primary === 8 || primary === 10 || code !== undefined) {
    return new SqliteUnavailable(`cannot open or create ${path} (${message}); check that its folder is writable`);
  }
  return error as Error;
}

/** The five functions that Kysely needs of a database, with prepared statements kept by their text. */
function asKyselyDatabase(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare: (text) => {
      const known = statements.get(text);
      if (known) return known;
      const statement = asKyselyStatement(database.prepare(text));
      // A full disk ends a transaction by itself; then a rollback would fail and hide why.
      if (text === 'rollback') {
        const { run } = statement;
        statement.run = (parameters) => (database.isTransaction ? run(parameters) : { changes: 0, lastInsertRowid: 0 });
      }
      // Texts vary with the number of rows in a batch; the bound is far above what one server issues.
      if (statements.size >= 1000) statements.clear();
      statements.set(text, statement);
      return statement;
    },
  };
}

function asKyselyStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters.map(toSqlite)),
    run: (parameters) => statement.run(...parameters.map(toSqlite)),
    iterate: (parameters) => statement.iterate(...parameters.map(toSqlite)),
  };
}

/** SQLite has no booleans: they are stored as 0 and 1. */
function toSqlite(value: unknown): SQLInputValue {
  return typeof value === 'boolean' ? Number(value) : (value as SQLInputValue);
}
