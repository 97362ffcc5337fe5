/** What happens to the files of an open SQLite database behind its back: docs/decisions/0012-one-writer-of-a-sqlite-file.md. */
import { type BigIntStats, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { DatabaseFault, isDamage, sqliteCode } from './faults.ts';

/** Knows whether what is written to a database will be found again. */
export interface FileWatch {
  /** Throws `DatabaseFault` when the files are not those that were opened, or were changed by anything but SQLite. */
  check(): void;
  /** Takes note of a commit, before anybody is told of it. Throws as `check` does. */
  committed(): void;
  /** The reason for an error of a statement: a `DatabaseFault` when something has happened to the files, else the error. */
  reason(error: unknown): unknown;
}

/** The largest file that is read as a whole after another program changed it, in bytes: 80 ms on a busy machine. */
const readWhole = 32 << 20;

/** An open database and what is known of its files. */
interface Watched {
  file: string;
  database: DatabaseSync;
  /** The file, its log and its index as they were opened. */
  opened: (readonly [name: string, stats: BigIntStats])[];
  /** The file after the last change that was allowed. */
  known: BigIntStats;
  isRescued: boolean;
  /** Set until the next start, which reads the file anew. */
  damage: DatabaseFault | null;
}

/**
 * Watches the files of a database that was opened for writing. Only `committed` copies the write-ahead log to the file, so that
 * any other change of the file is somebody else's. It does so when the log has `longLog` pages.
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
      // Locked, by another program.
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
    // What was acknowledged and is only in a log without a name would be lost with this process.
    if (name !== file && !watched.isRescued && !database.isTransaction) {
      watched.isRescued = true;
      copyLog(watched);
    }
    throw displaced(name, name === file, found !== undefined);
  });
  return now[0] as BigIntStats;
}

/** Copies the write-ahead log to the file. */
function copyLog(watched: Watched): void {
  const { file, database } = watched;
  try {
    database.exec('pragma wal_checkpoint(passive)');
  } catch (error) {
    // What was committed is in the log; on a full disk the next commit tries again.
    if (isDamage(error)) watched.damage = damaged(file, error);
  }
  watched.known = lookAt(file) ?? watched.known;
}

/** Throws unless SQLite can have made this change of the file, in another program. */
function examine(watched: Watched, now: BigIntStats): void {
  const { file, database, known } = watched;
  const fresh = new DatabaseSync(file, { readOnly: true, timeout: 0 });
  try {
    // SQLite only brings the file nearer to the length of the database.
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
 * Watches the file of a database that was opened for reading, which others write to: answers a function that throws
 * `DatabaseFault` when another file has its name.
 */
export function watchName(file: string): () => Promise<void> {
  const before = statSync(file, { bigint: true });
  return async () => {
    const now = lookAt(file);
    if (!now || !isSame(now, before)) throw displaced(file, true, now !== undefined);
  };
}

/**
 * Throws what SQLite says when the file is damaged. One of more than `limit` bytes is not read as a whole: then only its header,
 * its length and its schema are checked, and damage elsewhere shows when it is read.
 */
export function checkWhole(database: DatabaseSync, size: number, limit: number): void {
  const check = size > limit ? 'select count(*) from sqlite_schema' : 'pragma quick_check(1)';
  const { quick_check = 'ok' } = database.prepare(check).get() as { quick_check?: string };
  if (quick_check === 'ok') return;
  throw Object.assign(new Error(quick_check.replace(/\s+/g, ' ')), { code: 'ERR_SQLITE_ERROR', errcode: 11 });
}

/** Undefined when it is gone or cannot be reached. */
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

/** What differs between a file and what remains of it in memory after a copy of another one took its place. */
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
