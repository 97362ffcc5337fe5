/** A database that does not work, as opposed to a statement that is wrong. */
/** The database cannot do its work, in a sentence; `cause` is what the driver said. */
export class DatabaseFault extends Error {}

/**
 * True for an error that says "the database cannot do this now", whatever the statement was: it is away, stopping, full,
 * damaged, read-only, out of time, or lets nobody in. It is answered with 503 and may succeed later. False for a defect.
 */
export function isDatabaseFault(error: unknown): boolean {
  if (error instanceof DatabaseFault) return true;
  const { code, syscall, message = '' } = (error ?? {}) as DriverError;
  const sqlite = sqliteCode(error ?? {});
  if (sqlite !== undefined) return sqliteFaults.has(sqlite);
  if (code === undefined) return lostConnection.test(message);
  return syscall === 'connect' || postgresFaults.test(code) || systemFaults.test(code);
}

/** What the drivers tell: SQLSTATE or a code of Node in `code`, SQLite's extended result code in `errcode`. */
interface DriverError {
  code?: string;
  errcode?: number;
  syscall?: string;
  message?: string;
}

/** PERM, BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL and NOTADB. */
const sqliteFaults = new Set([3, 5, 6, 7, 8, 10, 11, 13, 14, 15, 26]);

/**
 * SQLSTATE: 08 connection, 25006 read-only transaction, 25P03 and 25P04 transaction ended by a timeout, 26000 and 42P05
 * prepared statements lost to a connection pooler, 28 authorization, 3D000 no such database, 40 rolled back (a conflict with
 * the replay of a standby, a deadlock that repeating did not cure), 42501 privileges revoked, 42P01 tables gone, 53
 * resources, 55P03 lock timeout, 57 operator intervention and statement timeout, 58 system error, XX internal error.
 */
const postgresFaults =
  /^(08...|25006|25P03|25P04|26000|28...|3D000|40...|42501|42P01|42P05|53...|55P03|57...|58...|XX...)$/;

const systemFaults = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_|EHOST|ENET|EADDRNOTAVAIL|EMFILE|ENFILE|ENOBUFS)/;

/** The driver of PostgreSQL gives these no code. */
const lostConnection =
  /^(connection terminated|timeout exceeded when trying to connect|query read timeout|client (has encountered a connection error|was closed))/i;

/** SQLite's result code without its extension; undefined for an error that is not SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  const { errcode } = error as DriverError;
  return errcode === undefined ? undefined : errcode & 0xff;
}

/** True when SQLite found that its file is damaged, or is no database at all. */
export function isDamage(error: unknown): boolean {
  return [11, 26].includes(sqliteCode(error) ?? 0);
}

/** A database that paddles cannot use as it is, in one sentence for the person who started the program. */
export class UnusableDatabase extends Error {}

/** A database that cannot be used now and perhaps later, in one sentence for the person who started the program. */
export class UnavailableDatabase extends Error {}

/** Whether a database works, for everybody who has to know: the answers of the server, `/readyz` and the log. */
export interface Condition {
  /** Takes the error of a request; true when it is the fault of the database. `writing`: the request was to change something. */
  failed(error: unknown, writing: boolean): boolean;
  /** Takes note that something was written. */
  wrote(): void;
  /** Throws the fault that keeps the database from being read and written. Writes only when the last write failed. */
  check(): Promise<void>;
}

/**
 * Follows the condition of one open database. A full disk, for one, shows only when something is written, so the fate of the
 * last write is remembered; after a failure `check` itself writes until that succeeds, because nobody may send writes to a
 * server that says that it is not ready. `look` throws when the database does not answer, or is known to take no writes;
 * `write` commits a small change that changes nothing; `onFault` hears of every fault.
 */
export function createCondition({
  look,
  write,
  onFault,
}: {
  look: () => Promise<void>;
  write: () => Promise<void>;
  onFault: (error: unknown) => void;
}): Condition {
  let lastWriteFailed = false;
  return {
    failed(error, writing) {
      if (!isDatabaseFault(error)) return false;
      if (writing) lastWriteFailed = true;
      onFault(error);
      return true;
    },
    wrote() {
      lastWriteFailed = false;
    },
    async check() {
      try {
        await look();
        if (lastWriteFailed) await write();
        lastWriteFailed = false;
      } catch (error) {
        onFault(error);
        throw error;
      }
    },
  };
}
