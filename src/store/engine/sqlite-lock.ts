/** One writing process to a SQLite file, by whatever name: docs/decisions/0012-one-writer-of-a-sqlite-file.md. */
import { closeSync, existsSync, mkdirSync, openSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sqliteCode, UnusableDatabase } from './faults.ts';

/** Creates the file at `path` when there is none, and answers its real path. Throws `UnusableDatabase`, or what Node throws. */
export function realFile(path: string): string {
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
export function lockFile(file: string): DatabaseSync {
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
