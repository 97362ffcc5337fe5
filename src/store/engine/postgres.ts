/** Connections to PostgreSQL: their settings and transactions, and how they are closed when the database fails. */
import { PostgresDialect } from 'kysely';
import pg from 'pg';
import { DatabaseFault, isDatabaseFault } from './faults.ts';
import { readWholeMessages } from './postgres-messages.ts';
import { sessionsAreShared } from './postgres-start.ts';
import type { Transact } from './transaction.ts';
import { begin, socketOf, transactOnPool } from './transaction.ts';

/** The number of busy and idle connections of a pool, and of requests that wait for a connection. */
export interface PoolState {
  busy: number;
  idle: number;
  waiting: number;
}

/** An open PostgreSQL database. */
interface OpenPostgres {
  dialect: PostgresDialect;
  /** Separate connections without a statement timeout: creating an index on ten million jobs takes minutes. */
  patient: () => PostgresDialect;
  transact: Transact;
  /** Throws if the database does not answer, or if it was opened for writing but is read-only. */
  look: () => Promise<void>;
  pool: () => PoolState;
  /** See `sessionsAreShared`. If true, LISTEN cannot be used, because it depends on the session. */
  sharesSessions: boolean;
}

/** Settings of a session; `answerWithin` as for `openPostgres`. */
interface Session {
  readOnly: boolean;
  answerWithin: number;
}

/** Longest wait for a connection, in milliseconds. */
const connectWithin = 10_000;

/**
 * Opens a pool of `poolSize` connections. With `readOnly` the database refuses every write, even after a standby has been
 * promoted. `onLost` is called when an idle connection breaks; the pool replaces it. If a connection does not respond for
 * `answerWithin` milliseconds, which is longer than the statement timeout, both sides give it up. Throws as
 * `sessionsAreShared` does.
 */
export async function openPostgres(
  url: string,
  {
    poolSize,
    onLost,
    readOnly,
    answerWithin = 35_000,
  }: { poolSize: number; onLost: (error: Error) => void; readOnly: boolean; answerWithin?: number },
): Promise<OpenPostgres> {
  const connection = {
    connectionString: url,
    application_name: readOnly ? 'paddles read-only' : 'paddles',
    connectionTimeoutMillis: Math.min(connectWithin, answerWithin),
    query_timeout: answerWithin,
    keepAlive: true,
  };
  const sharesSessions = await sessionsAreShared(connection, readOnly);
  // With pipelining, statements that are sent together cost one round trip.
  const config = { ...connection, max: poolSize, pipeline: true };
  const how = { readOnly, sharesSessions, onLost, answerWithin };
  const pool = createPool(config, how);
  return {
    dialect: new PostgresDialect({ pool }),
    patient: () => new PostgresDialect({ pool: createPool({ ...connection, query_timeout: 0, max: 1 }, how) }),
    transact: transactOnPool(pool),
    look: readOnly ? async () => {} : () => checkWritable(pool),
    pool: pool.state,
    sharesSessions,
  };
}

async function checkWritable(pool: { connect(): Promise<pg.PoolClient> }): Promise<void> {
  const client = await pool.connect();
  let isReadOnly = false;
  try {
    const { rows } = await client.query<{ transaction_read_only: string }>('show transaction_read_only');
    isReadOnly = rows[0]?.transaction_read_only === 'on';
  } finally {
    // The next connection to this address may reach a database that takes writes.
    client.release(isReadOnly);
  }
  if (isReadOnly) throw new DatabaseFault('the database is read-only, perhaps a standby');
}

/** Creates a pool whose `connect` throws `DatabaseFault`. A connection is not used again after a database fault. */
function createPool(
  // `query_timeout` is not passed to the driver; see `watchQueries`.
  { query_timeout = 0, ...config }: pg.PoolConfig,
  {
    readOnly,
    sharesSessions,
    onLost,
    answerWithin,
  }: Session & { sharesSessions: boolean; onLost: (error: Error) => void },
) {
  const named = sharesSessions ? null : statementNames();
  const open = new Set<pg.ClientBase>();
  /** Connections that are unexpectedly read-only, because the address may lead to a standby for a while. */
  const readers = new Set<pg.ClientBase>();
  /** Connections that are closed instead of being reused. */
  const doubted = new WeakSet<pg.ClientBase>();
  const doubt = (clients: Set<pg.ClientBase>) => {
    for (const client of clients) doubted.add(client);
  };
  const onFault = (error: unknown) => {
    const { code, message } = error as { code?: string; message?: string };
    if (code === '25006') doubt(readers);
    // The idle connections are probably dead too; without this, a request would time out on each of them.
    if (message === readTimeout) doubt(open);
  };
  const onConnect = async (client: pg.ClientBase) => {
    // The pool handles errors of idle connections only. Without a listener, a connection that breaks between two statements of
    // a transaction would end the process. The next statement reports the error.
    client.on('error', () => {});
    readWholeMessages(socketOf(client));
    open.add(client);
    client.once('end', () => {
      open.delete(client);
      readers.delete(client);
    });
    watchQueries(client, { nameOf: named, onFault, timeout: query_timeout });
    if (!sharesSessions) {
      const takesWrites = await beginSession(client, { readOnly, answerWithin });
      if (takesWrites) doubt(readers);
      else if (!readOnly) readers.add(client);
    }
  };
  const pool = new pg.Pool({ ...config, types: { getTypeParser: typeParser }, onConnect });
  pool.on('error', onLost);
  return {
    options: pool.options,
    state: () => stateOf(pool),
    async connect(): Promise<pg.PoolClient> {
      for (;;) {
        const client = await pool.connect().catch((cause: unknown) => {
          throw new DatabaseFault('the database does not answer', { cause });
        });
        if (!doubted.has(client)) return client;
        socketOf(client).destroy();
        client.release(true);
      }
    },
    end: () => endPool(pool, open),
  };
}

/** Closes the pool. A server that does not respond never confirms the end of a connection, so the sockets are destroyed after a while. */
async function endPool(pool: pg.Pool, open: Set<pg.ClientBase>): Promise<void> {
  const impatient = setTimeout(() => {
    for (const client of open) socketOf(client).destroy();
  }, goodbye);
  await pool.end();
  clearTimeout(impatient);
}

function stateOf({ totalCount, idleCount, waitingCount }: pg.Pool): PoolState {
  return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
}

/** The message when `query_timeout` has expired, in the words of the driver. */
const readTimeout = 'Query read timeout';

/** The longest wait for connections to close, in milliseconds. */
const goodbye = 2000;

/**
 * Sets what the configuration of the server or the database may have changed. Uses statements because poolers refuse unknown
 * startup parameters. Returns whether the connection takes writes.
 */
async function beginSession(client: pg.ClientBase, { readOnly, answerWithin }: Session): Promise<boolean> {
  const statements = [
    "set default_transaction_isolation = 'read committed'",
    // PostgreSQL cancels a statement before the client gives up the connection: after 30 s of the default 35 s.
    `set statement_timeout = ${Math.floor((answerWithin * 6) / 7)}`,
    // PostgreSQL may take hours to notice that the network has failed; meanwhile the transaction would keep the rows of a run locked.
    `set idle_in_transaction_session_timeout = ${answerWithin}`,
    // Makes a backslash in a literal stand for itself, as in `escape '\'`.
    'set standard_conforming_strings = on',
    // The database refuses every write, even after a standby has been promoted.
    ...(readOnly ? ['set default_transaction_read_only = on'] : []),
    'show transaction_read_only',
  ];
  const results = (await client.query(statements.join('; '))) as unknown as pg.QueryResult[];
  return !readOnly && results.at(-1)?.rows[0]?.transaction_read_only === 'off';
}

/** How a connection of a pool treats its statements. `timeout` is in milliseconds; 0 means none. */
interface Watch {
  nameOf: ((text: string) => string | undefined) | null;
  onFault: (error: unknown) => void;
  timeout: number;
}

/**
 * Names statements, sets the isolation of transactions, gives up statements that are not answered in time, and closes the connection
 * after a database fault.
 *
 * The driver could create the promises and timers itself. But it assigns function literals to properties, and V8 allocates such functions
 * in the old generation: everything that a statement sent and received then stayed in memory until the next full garbage collection.
 * These collections took more than a quarter of the CPU time of a write.
 */
function watchQueries(client: pg.ClientBase, { nameOf, onFault, timeout }: Watch): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  let isBroken = false;
  const onFailure = (error: Error) => {
    if (!isBroken && isDatabaseFault(error)) {
      isBroken = true;
      onFault(error);
      // The pool does not reuse a connection that has ended.
      void (client as pg.Client).end();
    }
    // The caller's stack is more useful than that of the socket on which the answer arrived.
    Error.captureStackTrace(error);
    throw error;
  };
  const ask = (statement: pg.QueryConfig) =>
    new Promise<unknown>((resolve, reject) => {
      const giveUp = () => {
        reject(new Error(readTimeout));
        socketOf(client).destroy();
      };
      const timer = timeout > 0 ? setTimeout(giveUp, timeout) : undefined;
      const answered = (error: Error | null, result: unknown) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve(result);
      };
      query(statement, answered);
    });
  const watched = (text: string, values?: unknown[]) => {
    // Closing the connection rolls back, and a failing rollback would hide the error that closed it.
    if (isBroken && text === 'rollback') return Promise.resolve({ command: 'ROLLBACK', rows: [] });
    const name = Array.isArray(values) && values.length > 0 ? nameOf?.(text) : undefined;
    return ask({ text: text === 'begin' ? begin : text, values, name }).catch(onFailure);
  };
  client.query = watched as typeof client.query;
}

/**
 * Statements with parameters are prepared once per connection (a point read takes 0.18 ms instead of 0.24 ms). A name stands for
 * the same text on all connections, because a pooler may exchange them. Texts vary with the size of a batch, so the number of
 * names is bounded: further statements are parsed each time.
 */
function statementNames(): (text: string) => string | undefined {
  const names = new Map<string, string>();
  return (text) => {
    let name = names.get(text);
    if (name === undefined && names.size < 300) {
      name = `s${names.size}`;
      names.set(text, name);
    }
    return name;
  };
}

/** Parses eight-byte integers as numbers: ids and microseconds stay below 2^53 until the year 2255. */
function typeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === pg.types.builtins.INT8) return Number;
  return pg.types.getTypeParser(oid, format as 'text');
}
