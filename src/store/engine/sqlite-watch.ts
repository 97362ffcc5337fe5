/** Detects changes that other programs make to the files of an open SQLite database: docs/decisions/0012-one-writer-of-a-sqlite-file.md. */
import { type BigIntStats, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { DatabaseFault, isDamage, sqliteCode } from './faults.ts';

/** Detects when writes to a database would be lost. */
export interface FileWatch {
  /** Throws `DatabaseFault` if the files are not those that were opened, or if anything but SQLite changed them. */
  check(): void;
  /** Called after a commit, before it is acknowledged. Throws as `check` does. */
  committed(): void;
  /** Returns the reason for a failed statement: a `DatabaseFault` if the files are damaged or displaced, otherwise `error`. */
  reason(error: unknown): unknown;
}

/** The largest file that is read completely after another program changed it, in bytes. It takes 80 ms on a busy machine. */
const readWhole = 32 << 20;

/** An open database and the known state of its files. */
interface Watched {
  file: string;
  database: DatabaseSync;
  /** The database file, its write-ahead log and the log's index when they were opened. */
  opened: (readonly [name: string, stats: BigIntStats])[];
  /** The database file after the last legitimate change. */
  known: BigIntStats;
  isRescued: boolean;
  /** Once set, it stays until the process is restarted and reads the file again. */
  damage: DatabaseFault | null;
}

/**
 * Watches the files of a database that was opened for writing. Only `committed` runs a checkpoint, once the write-ahead log has
 * `longLog` pages. Any other change of the database file therefore comes from another program.
 */
export function watchFiles(file: string, database: DatabaseSync, longLog: number): FileWatch {
  database.exec('pragma wal_autocheckpoint = 0');
  const log = database.prepare('pragma wal_checkpoint(noop)');
  const opened = ['', '-wal', '-shm'].map((end) => [file + end, statSync(file + end, { bigint: true })] as const);
  const known = opened[0]?.[1] as BigIntStats;
  const watched: Watched = { file, database, opened, known, isRescued: false, damage: null };
  return {
    check: () => check(watched),
    committed() {
      check(watched);
      const { log: pages, checkpointed } = log.get() as { log: number; checkpointed: number };
      if (pages - checkpointed >= longLog) copyLog(watched);
    },
    reason(error) {
      if (isDamage(error)) watched.damage ??= damaged(file, error);
      // SQLITE_BUSY: another program holds a lock.
      if (sqliteCode(error) === 5) return error;
      try {
        check(watched);
        return error;
      } catch (fault) {
        return fault;
      }
    },
  };
}

function check(watched: Watched): void {
  if (watched.damage) throw watched.damage;
  const now = compareNames(watched);
  const { known } = watched;
  if (now.size !== known.size || now.mtimeNs !== known.mtimeNs) examine(watched, now);
  watched.known = now;
}

function compareNames(watched: Watched): BigIntStats {
  const { file, database, opened } = watched;
  const now = opened.map(([name, before]) => {
    const found = lookAt(name);
    if (found && isSame(found, before)) return found;
    // The log has lost its name, so acknowledged commits that are only in the log would be lost when this process ends.
    if (name !== file && !watched.isRescued && !database.isTransaction) {
      watched.isRescued = true;
      copyLog(watched);
    }
    throw displaced(name, name === file, found !== undefined);
  });
  return now[0] as BigIntStats;
}

/** Runs a checkpoint: copies the write-ahead log to the database file. */
function copyLog(watched: Watched): void {
  const { file, database } = watched;
  try {
    database.exec('pragma wal_checkpoint(passive)');
  } catch (error) {
    // Commits are safe in the log. If the disk is full, the next commit tries again.
    if (isDamage(error)) watched.damage = damaged(file, error);
  }
  watched.known = lookAt(file) ?? watched.known;
}

/** Throws unless SQLite, in another program, can have made this change of the file. */
function examine(watched: Watched, now: BigIntStats): void {
  const { file, database, known } = watched;
  const fresh = new DatabaseSync(file, { readOnly: true, timeout: 0 });
  try {
    // SQLite only ever moves the size of the file towards the length of the database.
    const length = lengthOf(database);
    const [least, most] = known.size < length ? [known.size, length] : [length, known.size];
    if (now.size < least || now.size > most) throw new Error(`it has ${now.size} bytes instead of ${length}`);
    checkWhole(fresh, Number(now.size), readWhole);
    if (!database.isTransaction && countersOf(fresh) !== countersOf(database))
      throw new Error('it is another database');
  } catch (error) {
    if (sqliteCode(error) !== undefined && !isDamage(error)) throw error;
    watched.damage = damaged(file, error);
    throw watched.damage;
  } finally {
    fresh.close();
  }
}

/**
 * Watches the file of a database that was opened read-only while another process writes to it. Returns a function that
 * throws `DatabaseFault` if the file was moved, deleted or replaced.
 */
export function watchName(file: string): () => Promise<void> {
  const before = statSync(file, { bigint: true });
  return async () => {
    const now = lookAt(file);
    if (!now || !isSame(now, before)) throw displaced(file, true, now !== undefined);
  };
}

/**
 * Throws SQLite's error if the file is damaged. A file of more than `limit` bytes is not read completely: only its header, length
 * and schema are checked, and other damage is found when the damaged page is read.
 */
export function checkWhole(database: DatabaseSync, size: number, limit: number): void {
  const check = size > limit ? 'select count(*) from sqlite_schema' : 'pragma quick_check(1)';
  const { quick_check = 'ok' } = database.prepare(check).get() as { quick_check?: string };
  if (quick_check === 'ok') return;
  throw Object.assign(new Error(quick_check.replace(/\s+/g, ' ')), { code: 'ERR_SQLITE_ERROR', errcode: 11 });
}

/** Returns undefined if the file does not exist or cannot be reached. */
function lookAt(name: string): BigIntStats | undefined {
  try {
    return statSync(name, { bigint: true });
  } catch {
    return undefined;
  }
}

function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return one.ino === other.ino && one.dev === other.dev;
}

function lengthOf(database: DatabaseSync): bigint {
  const text = 'select page_count * page_size as length from pragma_page_count, pragma_page_size';
  return BigInt((database.prepare(text).get() as { length: number }).length);
}

/** The counters of `sqlite_sequence`. They differ between the file and the cached pages after the file was overwritten by another database. */
function countersOf(database: DatabaseSync): string {
  const isThere = database.prepare("select 1 from sqlite_schema where name = 'sqlite_sequence'").get();
  return isThere ? JSON.stringify(database.prepare('select * from sqlite_sequence order by name').all()) : '';
}

function displaced(name: string, isDatabase: boolean, isThere: boolean): DatabaseFault {
  const what = isDatabase ? 'the database file' : 'a file beside the database file';
  const how = isThere ? 'was replaced by another one' : 'was deleted or moved';
  return new DatabaseFault(`${what} ${how} while the server was using it`, {
    cause: new Error(`${name}: stop the server, put the right file in its place, and start it again`),
  });
}

function damaged(file: string, error: unknown): DatabaseFault {
  return new DatabaseFault('the database file is damaged', {
    cause: new Error(`${file}: ${(error as Error).message}; stop the server and restore a backup`),
  });
}
