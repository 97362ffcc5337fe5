/** Connections to PostgreSQL: their settings, their transactions, and their end when the database fails. */
import { PostgresDialect } from 'kysely';
import pg from 'pg';
import { DatabaseFault, isDatabaseFault } from './faults.ts';
import { sessionsAreShared } from './postgres-start.ts';
import type { Transact } from './transaction.ts';
import { begin, socketOf, transactOnPool } from './transaction.ts';

/** The connections of a pool: those that work, those that do not, and the requests that wait for one. */
export interface PoolState {
  busy: number;
  idle: number;
  waiting: number;
}

/** An open PostgreSQL database. */
interface OpenPostgres {
  dialect: PostgresDialect;
  /** Connections of their own that wait for a statement as long as it takes: an index of ten million jobs is a matter of minutes. */
  patient: () => PostgresDialect;
  transact: Transact;
  /** Throws when the database does not answer, or takes no writes unless it was opened only to be read. */
  look: () => Promise<void>;
  pool: () => PoolState;
  /** See `sessionsAreShared`: LISTEN would be one more thing that is kept in a session. */
  sharesSessions: boolean;
}

/** What sessions begin with; `answerWithin` as for `openPostgres`. */
interface Session {
  readOnly: boolean;
  answerWithin: number;
}

/** Longest wait for a connection, in milliseconds. */
const connectWithin = 10_000;

/**
 * Opens a pool of `poolSize` connections; with `readOnly` the database refuses every write, also after a standby has been promoted. `onLost`
 * hears of idle connections that break, which the pool replaces by itself; one that says nothing for `answerWithin` milliseconds, longer than
 * the database lets a statement run, is given up, on both sides. Throws as `sessionsAreShared` does.
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
  // Statements that were sent together are answered together, without a round trip for each.
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
    // The next look may find a database that takes writes at the same address.
    client.release(isReadOnly);
  }
  if (isReadOnly) throw new DatabaseFault('the database is read-only, perhaps a standby');
}

/** Makes a pool, whose `connect` throws `DatabaseFault`. A connection on which a statement fails by a fault of the database is not used again. */
function createPool(
  config: pg.PoolConfig,
  {
    readOnly,
    sharesSessions,
    onLost,
    answerWithin,
  }: Session & { sharesSessions: boolean; onLost: (error: Error) => void },
) {
  const named = sharesSessions ? null : statementNames();
  const open = new Set<pg.ClientBase>();
  /** Connections that take no writes although they should: an address may lead to a standby for a while. */
  const readers = new Set<pg.ClientBase>();
  /** Connections that are closed when it is their turn. */
  const doubted = new WeakSet<pg.ClientBase>();
  const doubt = (clients: Set<pg.ClientBase>) => {
    for (const client of clients) doubted.add(client);
  };
  const onFault = (error: unknown) => {
    const { code, message } = error as { code?: string; message?: string };
    if (code === '25006') doubt(readers);
    // The others, which are idle, would be as silent, one after the other.
    if (message === readTimeout) doubt(open);
  };
  const onConnect = async (client: pg.ClientBase) => {
    // The pool hears only of idle connections. One that a transaction holds would end the process when it breaks between
    // two statements; its next statement fails and says so.
    client.on('error', () => {});
    open.add(client);
    client.once('end', () => {
      open.delete(client);
      readers.delete(client);
    });
    if (!sharesSessions) {
      const takesWrites = await beginSession(client, { readOnly, answerWithin });
      if (takesWrites) doubt(readers);
      else if (!readOnly) readers.add(client);
    }
    watchQueries(client, named, onFault);
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

/** A server that does not respond does not confirm the end of a connection either. */
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

/** What the driver says when `query_timeout` is over. */
const readTimeout = 'Query read timeout';

/** Longest wait for connections that are being closed, in milliseconds. */
const goodbye = 2000;

/**
 * Settings of the server and the database that others may have changed. They are statements because poolers refuse unknown
 * parameters at the start of a connection. Returns whether the connection takes writes.
 */
async function beginSession(client: pg.ClientBase, { readOnly, answerWithin }: Session): Promise<boolean> {
  const statements = [
    "set default_transaction_isolation = 'read committed'",
    // A statement that takes longer than a client waits is a lost connection, not a result; 30 s of the 35 s after which it is given up.
    `set statement_timeout = ${Math.floor((answerWithin * 6) / 7)}`,
    // PostgreSQL may not notice for hours that a network has failed, and its transaction would keep the rows of a run locked.
    `set idle_in_transaction_session_timeout = ${answerWithin}`,
    // A backslash in a literal stands for itself, as in `escape '\'`.
    'set standard_conforming_strings = on',
    // The database refuses every write, also after a standby has been promoted.
    ...(readOnly ? ['set default_transaction_read_only = on'] : []),
    'show transaction_read_only',
  ];
  const results = (await client.query(statements.join('; '))) as unknown as pg.QueryResult[];
  return !readOnly && results.at(-1)?.rows[0]?.transaction_read_only === 'off';
}

/** Names statements, sets the isolation of transactions, and closes the connection after a fault of the database. */
function watchQueries(
  client: pg.ClientBase,
  nameOf: ((text: string) => string | undefined) | null,
  onFault: (error: unknown) => void,
): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  let isBroken = false;
  const onFailure = (error: unknown) => {
    if (!isBroken && isDatabaseFault(error)) {
      isBroken = true;
      onFault(error);
      // The pool does not take it back either.
      void (client as pg.Client).end();
    }
    throw error;
  };
  const watched = (text: unknown, values?: unknown[], ...rest: unknown[]) => {
    if (typeof text !== 'string') return query(text, values, ...rest);
    // What is closed is rolled back, and the error that closed it is the one to tell.
    if (isBroken && text === 'rollback') return Promise.resolve({ command: 'ROLLBACK', rows: [] });
    const name = Array.isArray(values) && values.length > 0 ? nameOf?.(text) : undefined;
    const sent = text === 'begin' ? begin : text;
    const result = name === undefined ? query(sent, values, ...rest) : query({ name, text, values }, ...rest);
    return result instanceof Promise ? result.catch(onFailure) : result;
  };
  client.query = watched as typeof client.query;
}

/**
 * Statements with parameters are prepared once per connection (0.18 ms instead of 0.24 ms a point read). A name means one
 * text on all connections, which a pooler may exchange. Texts vary with the size of a batch, so the names are bounded: beyond
 * the bound a statement is parsed each time.
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

/** Eight-byte integers arrive as numbers: ids and microseconds stay below 2^53 until the year 2255. */
function typeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === pg.types.builtins.INT8) return Number;
  return pg.types.getTypeParser(oid, format as 'text');
}
