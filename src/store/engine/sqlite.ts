/** A SQLite file, which one process at a time may write, by whatever name it has: docs/decisions/0012-one-writer-of-a-sqlite-file.md. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, realpathSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Dialect } from 'kysely';
import { DatabaseFault, sqliteCode, UnavailableDatabase, UnusableDatabase } from './faults.ts';
import { sqliteDialect } from './sqlite-driver.ts';
import { checkWhole, watchFiles, watchName } from './sqlite-watch.ts';

/** How long another program's lock may delay the start, in milliseconds. */
const startWithin = 5000;

/**
 * Pages in the write-ahead log from which on it is copied to the file: as many as SQLite would have by itself, and so many that
 * pages of indexes, which every run changes, are not copied for each.
 */
const [longLog, longestLog] = [1000, 16_000];

/** The largest file that is read as a whole at the start, in bytes: 0.7 s on a busy machine when it is in memory. */
const readWhole = 256 << 20;

/** An open SQLite file. */
interface OpenSqlite {
  dialect: Dialect;
  /** Throws `DatabaseFault` when something has happened to the file, or its disk is full. */
  look: () => Promise<void>;
  /** Lets another process have the file; called after the database has been closed. */
  release: () => void;
}

/**
 * Opens the SQLite file at `path`, after checking that it is whole and, unless it is only read, that it can be written. The one process
 * that is `alone` with it may create it; others write a row or two `beside` that one, or only read. With `bulk` the disk has what was
 * written when the file is closed. Throws `UnusableDatabase` when the file cannot be used or another process has it, and
 * `UnavailableDatabase` when the disk is full or another program is writing.
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

/** Waits until the disk has the write-ahead log, which is there as long as another process has the file open. */
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
      // FULL: a write is acknowledged after the disk has it (lost in 20 of 20 kill -9: none).
      // NORMAL: the disk has it when the write-ahead log is copied to the file, which is consistent at any time.
      database.exec(`pragma journal_mode = wal; pragma synchronous = ${bulk ? 'normal' : 'full'}`);
      // On a file that may not be written nothing but a write fails.
      database.exec('begin immediate; pragma user_version = 0; rollback');
    }
    checkWhole(database, statSync(file).size, readWhole);
    // From now on the driver waits instead, which does not block the process.
    database.exec('pragma cache_size = -16384; pragma busy_timeout = 0');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Bytes that must be free: as much as the write-ahead log of a server holds before it is copied to the file. */
const leastRoom = 4 << 20;

/** On a full disk small writes may succeed for a while, where a large one that failed has left room in the log. */
function checkRoom(file: string): void {
  const { bavail, bsize, blocks } = statfsSync(file);
  if (blocks === 0 || bavail * bsize >= leastRoom) return;
  throw new DatabaseFault('the disk is full', { cause: new Error(`${file}: less than ${leastRoom} bytes are free`) });
}

/** The same error as a sentence for the person who started the program. */
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

/** Creates the file at `path` when there is none, and answers its real path. Throws `UnusableDatabase`, or what Node throws. */
function realFile(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  // This follows a symlink that leads nowhere yet. What exists is not opened: closing it would release the locks that SQLite
  // holds on it in this process.
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

/** What the lock file says after the database has been found unused. */
const checked = 1;

/**
 * Takes the lock of a file, which the operating system releases when this process ends in whatever way. Throws
 * `UnusableDatabase` when another process has it.
 */
function lockFile(file: string): DatabaseSync {
  const lock = new DatabaseSync(`${file}.lock`, { timeout: 0 });
  try {
    lock.exec('pragma locking_mode = exclusive; pragma journal_mode = memory; begin exclusive; commit');
    if (lock.prepare('pragma user_version').get()?.user_version !== checked) checkUnused(file);
    // Always: only a write fails on a file that may not be written, of which SQLite takes no exclusive lock.
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

/** Behind a new lock file there may be a server whose lock file somebody deleted: it has the database itself open. */
function checkUnused(file: string): void {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    // In this mode SQLite locks the file against everybody, readers too.
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
