/**
 * Opens SQLite files. Only one process at a time may write to a file, under any of its names:
 * docs/decisions/0012-one-writer-of-a-sqlite-file.md.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, realpathSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Dialect } from 'kysely';
import { DatabaseFault, sqliteCode, UnavailableDatabase, UnusableDatabase } from './faults.ts';
import { sqliteDialect } from './sqlite-driver.ts';
import { checkWhole, watchFiles, watchName } from './sqlite-watch.ts';

/** The longest that another program's lock may delay the start, in milliseconds. */
const startWithin = 5000;

/**
 * Pages in the write-ahead log that trigger a checkpoint. The first number is SQLite's default. The second is for bulk work:
 * it is large enough that index pages, which every run changes, are not copied for each run.
 */
const [longLog, longestLog] = [1000, 16_000];

/** The largest file that is read completely at the start, in bytes. It takes 0.7 s on a busy machine if the file is cached. */
const readWhole = 256 << 20;

/** An open SQLite file. */
interface OpenSqlite {
  dialect: Dialect;
  /** Throws `DatabaseFault` if the file was damaged, moved or replaced, or if its disk is full. */
  look: () => Promise<void>;
  /** Releases the file for other processes. Called after the database has been closed. */
  release: () => void;
}

/**
 * Opens the SQLite file at `path`. Checks that the file is intact and, unless it is opened read-only, writable. Only one process
 * opens it as `alone`, and creates it if needed; others write a row or two `beside` that process, or only read. With `bulk`,
 * writes are not durable until the file is closed. Throws `UnusableDatabase` if the file cannot be used or another process
 * has it, and `UnavailableDatabase` if the disk is full or another program is writing.
 */
export function openSqlite(
  path: string,
  mode: 'alone' | 'beside' | 'read-only',
  { bulk = false }: { bulk?: boolean } = {},
): OpenSqlite {
  try {
    if (mode === 'alone') return openAlone(realFile(path), bulk);
    const readOnly = mode === 'read-only';
    const database = connect(path, { readOnly, bulk });
    return {
      dialect: sqliteDialect(database, null),
      look: readOnly ? watchName(path) : async () => {},
      release: () => {
        if (bulk) syncLog(realFile(path));
      },
    };
  } catch (error) {
    throw explain(error, path);
  }
}

function openAlone(file: string, bulk: boolean): OpenSqlite {
  const lock = lockFile(file);
  try {
    const database = connect(file, { readOnly: false, bulk });
    const watch = watchFiles(file, database, bulk ? longestLog : longLog);
    return {
      dialect: sqliteDialect(database, watch),
      look: async () => {
        watch.check();
        checkRoom(file);
      },
      release: () => {
        if (bulk) syncLog(file);
        lock.close();
      },
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** Syncs the write-ahead log to disk. The log still exists if another process has the file open. */
function syncLog(file: string): void {
  const name = `${file}-wal`;
  if (!existsSync(name)) return;
  const log = openSync(name, 'r');
  fsyncSync(log);
  closeSync(log);
}

function connect(file: string, { readOnly, bulk }: { readOnly: boolean; bulk: boolean }): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly, enableForeignKeyConstraints: true, timeout: startWithin });
  try {
    if (!readOnly) {
      // FULL: a write is acknowledged after it has been synced (20 times kill -9 lost nothing).
      // NORMAL: a write is synced at the next checkpoint; the file is consistent at any time.
      database.exec(`pragma journal_mode = wal; pragma synchronous = ${bulk ? 'normal' : 'full'}`);
      // Only a write reveals that the file is not writable.
      database.exec('begin immediate; pragma user_version = 0; rollback');
    }
    checkWhole(database, statSync(file).size, readWhole);
    // From now on the driver waits for locks, without blocking the process.
    database.exec('pragma cache_size = -16384; pragma busy_timeout = 0');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Bytes that must be free: the size that the write-ahead log of a server reaches before a checkpoint. */
const leastRoom = 4 << 20;

/** Detects a full disk early. After a large write has failed, small writes may still fit into the space that it left in the log. */
function checkRoom(file: string): void {
  const { bavail, bsize, blocks } = statfsSync(file);
  if (blocks === 0 || bavail * bsize >= leastRoom) return;
  throw new DatabaseFault('the disk is full', { cause: new Error(`${file}: less than ${leastRoom} bytes are free`) });
}

/** Rewords an error as a sentence for the operator. */
function explain(error: unknown, path: string): Error {
  const { code, message } = error as { code?: string; message: string };
  if (code === undefined) return error as Error;
  const options = { cause: error };
  switch (sqliteCode(error)) {
    case 26:
      return new UnusableDatabase(`${path} is not a SQLite database`, options);
    case 11:
      return new UnusableDatabase(`${path} is damaged (${message}); restore a backup`, options);
    case 5:
      return new UnavailableDatabase(`another program is writing to ${path}`, options);
    case 7:
    case 13:
      return new UnavailableDatabase(`${path} cannot be opened: ${message}`, options);
    default:
      return new UnusableDatabase(
        `cannot open or create ${path} (${message}); check that the file and its folder are writable`,
        options,
      );
  }
}

/** Creates the file at `path` if it does not exist, and returns its real path. Throws `UnusableDatabase` or an error of Node. */
function realFile(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  // Opening creates the target of a dangling symlink. An existing file is not opened, because closing it would release the
  // locks that SQLite holds on it in this process.
  if (!existsSync(path)) closeSync(openSync(path, 'a'));
  const file = realpathSync(path);
  const found = statSync(file);
  if (!found.isFile()) throw new UnusableDatabase(`${path} is not a file, but a folder or a device; name a file`);
  if (found.nlink > 1) {
    throw new UnusableDatabase(
      `${path} has ${found.nlink} names (hard links), and SQLite would keep changes apart for each; leave it one`,
    );
  }
  return file;
}

/** The `user_version` of a lock file whose database was found unused. */
const checked = 1;

/**
 * Locks a file. The operating system releases the lock when this process ends, however it ends. Throws `UnusableDatabase` if
 * another process has the lock.
 */
function lockFile(file: string): DatabaseSync {
  const lock = new DatabaseSync(`${file}.lock`, { timeout: 0 });
  try {
    lock.exec('pragma locking_mode = exclusive; pragma journal_mode = memory; begin exclusive; commit');
    if (lock.prepare('pragma user_version').get()?.user_version !== checked) checkUnused(file);
    // Written every time, because only a write fails on a read-only lock file, which SQLite does not lock exclusively.
    lock.exec(`pragma user_version = ${checked}`);
    return lock;
  } catch (error) {
    lock.close();
    if (sqliteCode(error) !== 5) throw error;
    throw new UnusableDatabase(
      `another paddles process is using ${file}; a SQLite file serves one process at a time (use PostgreSQL for several)`,
    );
  }
}

/** Checks that no server uses the database. The lock file of a running server may have been deleted. */
function checkUnused(file: string): void {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    // In this mode SQLite locks out readers too.
    database.exec('pragma locking_mode = exclusive; begin exclusive; commit');
  } catch (error) {
    if (sqliteCode(error) !== 5) throw error;
    throw new UnusableDatabase(
      `another program is using ${file}, perhaps a paddles whose lock file was deleted; stop it, then start again`,
    );
  } finally {
    database.close();
  }
}
