/** The Kysely driver for the single connection to a SQLite file. It waits for the locks of other programs without blocking. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { sqliteCode } from './faults.ts';
import type { FileWatch } from './sqlite-watch.ts';

/** Milliseconds that a statement waits for the lock of another program before it fails. */
const patience = 5000;

/**
 * Milliseconds between two attempts to get a lock. SQLite's busy timeout would block the whole process. A failed attempt takes
 * about 10 µs.
 */
const pause = 2;

/** Returns a dialect for a connection without a busy timeout. `watch` is null if the connection is read-only. */
export function sqliteDialect(database: DatabaseSync, watch: FileWatch | null): Dialect {
  return {
    createDriver: () => createDriver(database, watch),
    createAdapter: () => new OwnTurns(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
  };
}

/** Otherwise Kysely would reserve the connection for a statement that waits for a lock, and all readers would wait too. */
class OwnTurns extends SqliteAdapter {
  override get supportsMultipleConnections() {
    return true;
  }
}

function createDriver(database: DatabaseSync, watch: FileWatch | null): Driver {
  const turns = createTurns();
  const statements = keepStatements(database);
  /** Repeats `work` while another program holds a lock. Between attempts other requests can use the connection. */
  const patiently = async <T>(work: () => T): Promise<T> => {
    const end = performance.now() + patience;
    for (;;) {
      try {
        return work();
      } catch (error) {
        const mayPass = sqliteCode(error) === 5 && !database.isTransaction;
        if (!mayPass || performance.now() > end) throw watch?.reason(error) ?? error;
      }
      turns.end();
      await sleep(pause);
      await turns.take();
    }
  };
  const connection: DatabaseConnection = {
    async executeQuery(query) {
      const commits = !database.isTransaction && !reads.test(query.sql);
      if (commits) watch?.check();
      const result = await patiently(() => run(statements(query.sql), query));
      if (commits) watch?.committed();
      return result as QueryResult<never>;
    },
    streamQuery: () => {
      throw new Error('SQLite answers all rows at once');
    },
  };
  return {
    init: async () => {},
    async acquireConnection() {
      await turns.take();
      return connection;
    },
    releaseConnection: async () => turns.end(),
    async beginTransaction() {
      watch?.check();
      // Only a lock from the start guarantees that what a transaction reads is still true when it writes.
      await patiently(() => database.exec(watch ? 'begin immediate' : 'begin'));
    },
    async commitTransaction() {
      await patiently(() => database.exec('commit'));
      watch?.committed();
    },
    async rollbackTransaction() {
      // SQLite itself rolls back when the disk is full; another rollback would fail and hide the reason.
      if (database.isTransaction) database.exec('rollback');
    },
    destroy: async () => database.close(),
  };
}

/** Matches the statements outside of transactions that change nothing. */
const reads = /^(select|with|pragma)/i;

/** The longest time that statements run without a break, in milliseconds. */
const stretch = 10;

/**
 * Gives the connection to one user at a time, first come, first served, and lets the event loop run in between. SQLite answers
 * synchronously, so the statements of all pending requests would otherwise form one chain of microtasks that lasts for seconds.
 */
function createTurns(): { take(): Promise<void>; end(): void } {
  let last: Promise<void> = Promise.resolve();
  let end = () => {};
  let start: number | null = null;
  return {
    async take() {
      const before = last;
      const turn = Promise.withResolvers<void>();
      last = turn.promise;
      await before;
      end = turn.resolve;
      if (start !== null && performance.now() - start > stretch) await nextTurn();
      if (start !== null) return;
      start = performance.now();
      setImmediate(() => {
        start = null;
      });
    },
    end: () => end(),
  };
}

interface Prepared {
  statement: StatementSync;
  hasRows: boolean;
}

/** Prepares statements and caches them by their text. */
function keepStatements(database: DatabaseSync): (text: string) => Prepared {
  const known = new Map<string, Prepared>();
  return (text) => {
    const kept = known.get(text);
    if (kept) return kept;
    const statement = database.prepare(text);
    const prepared = { statement, hasRows: statement.columns().length > 0 };
    // Texts vary with the number of rows in a batch; the bound is far above the number of texts that one server uses.
    if (known.size >= 1000) known.clear();
    known.set(text, prepared);
    return prepared;
  };
}

function run<R>({ statement, hasRows }: Prepared, { parameters }: CompiledQuery): QueryResult<R> {
  const values = parameters.map(toSqlite);
  if (hasRows) return { rows: statement.all(...values) as R[] };
  const { changes, lastInsertRowid } = statement.run(...values);
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}

/** SQLite has no booleans; they are stored as 0 and 1. */
function toSqlite(value: unknown): SQLInputValue {
  return typeof value === 'boolean' ? Number(value) : (value as SQLInputValue);
}
