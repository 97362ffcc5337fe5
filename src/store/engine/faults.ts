/** Tells faults of the database from faults of a statement. */

/** The database cannot do its work. The message is a sentence; `cause` is the error of the driver. */
export class DatabaseFault extends Error {}

/**
 * True if an error means "the database cannot do this now", regardless of the statement: the database is unreachable, stopping,
 * full, damaged, read-only, too slow, or refuses connections. The request is answered with 503 and may succeed later. False
 * for a defect.
 */
export function isDatabaseFault(error: unknown): boolean {
  if (error instanceof DatabaseFault) return true;
  const { code, syscall, message = '' } = (error ?? {}) as DriverError;
  const sqlite = sqliteCode(error ?? {});
  if (sqlite !== undefined) return sqliteFaults.has(sqlite);
  if (code === undefined) return lostConnection.test(message);
  return syscall === 'connect' || postgresFaults.test(code) || systemFaults.test(code);
}

/** An error of a driver: `code` is a SQLSTATE or a Node error code, `errcode` is SQLite's extended result code. */
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
 * the replay of a standby, or a deadlock that repeating did not cure), 42501 privileges revoked, 42P01 tables missing, 53
 * resources, 55P03 lock timeout, 57 operator intervention and statement timeout, 58 system error, XX internal error.
 */
const postgresFaults =
  /^(08...|25006|25P03|25P04|26000|28...|3D000|40...|42501|42P01|42P05|53...|55P03|57...|58...|XX...)$/;

const systemFaults = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_|EHOST|ENET|EADDRNOTAVAIL|EMFILE|ENFILE|ENOBUFS)/;

/** Messages of the PostgreSQL driver's errors that have no code. */
const lostConnection =
  /^(connection terminated|timeout exceeded when trying to connect|query read timeout|client (has encountered a connection error|was closed))/i;

/** Returns SQLite's primary result code, or undefined for an error that does not come from SQLite. */
export function sqliteCode(error: unknown): number | undefined {
  const { errcode } = error as DriverError;
  return errcode === undefined ? undefined : errcode & 0xff;
}

/** True if SQLite found that its file is damaged or not a database. */
export function isDamage(error: unknown): boolean {
  return [11, 26].includes(sqliteCode(error) ?? 0);
}

/** The database cannot be used as it is. The message is a sentence for the operator. */
export class UnusableDatabase extends Error {}

/** The database cannot be used now, but perhaps later. The message is a sentence for the operator. */
export class UnavailableDatabase extends Error {}

/** Tells whether the database works. Used by request handlers, `/readyz` and the log. */
export interface Condition {
  /** Records the error of a request. Returns true if it is a database fault. `writing` is true if the request was a write. */
  failed(error: unknown, writing: boolean): boolean;
  /** Records a successful write. */
  wrote(): void;
  /** Throws if the database cannot be read or written. Tries a write only if the last write failed. */
  check(): Promise<void>;
}

/**
 * Tracks the condition of one open database. Only a write reveals a full disk, for example, so the result of the last write is
 * kept. After a failed write, `check` itself writes until a write succeeds, because a server that is not ready may receive no
 * writes. `look` throws if the database does not answer or is known to refuse writes. `write` commits a small update that
 * changes nothing. `onFault` is called for every fault.
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
