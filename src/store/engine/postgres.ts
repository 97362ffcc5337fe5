import { PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Send, Statement, Transact } from './transaction.ts';

/** The oldest PostgreSQL that is supported. */
const oldestVersion = 15;

/** A PostgreSQL that cannot be used, in one sentence for the person who started the program. */
export class PostgresUnavailable extends Error {}

/** How `openPostgres` opens a database. */
export interface PostgresOptions {
  poolSize: number;
  /** Hears of idle connections that break; the pool replaces them by itself. */
  onLost: (error: Error) => void;
  /** Lets the database refuse every write, also after a standby has been promoted. */
  readOnly?: boolean;
}

/**
 * Opens a pool of `poolSize` connections. Throws `PostgresUnavailable` when the server does not answer, refuses the
 * user or is too old.
 */
export async function openPostgres(
  url: string,
  { poolSize, onLost, readOnly = false }: PostgresOptions,
): Promise<{ dialect: PostgresDialect; transact: Transact }> {
  const pool = createPool(url, onLost, {
    max: poolSize,
    application_name: readOnly ? 'paddles read-only' : 'paddles',
    ...(readOnly && { options: '-c default_transaction_read_only=on' }),
    connectionTimeoutMillis: 10_000,
    // Statements that were sent together are answered together, without a round trip for each.
    pipeline: true,
  });
  try {
    await checkVersion(pool);
  } catch (error) {
    await pool.end();
    throw explainPostgres(error, url);
  }
  return { dialect: new PostgresDialect({ pool }), transact: transactOnPool(pool) };
}

function createPool(url: string, onLost: (error: Error) => void, options: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    ...options,
    connectionString: url,
    // A statement that takes longer than a client waits is a lost connection, not a result.
    statement_timeout: 30_000,
    types: { getTypeParser: typeParser },
  });
  pool.on('error', onLost);
  // The pool hears only of idle connections. One that a transaction holds would end the process when it breaks between
  // two statements; its next statement fails and says so.
  pool.on('connect', (client) => client.on('error', () => {}));
  pool.on('connect', nameStatements);
  return pool;
}

/** Transactions on connections of the pool; see transaction.ts. */
function transactOnPool(pool: pg.Pool): Transact {
  return async (work) => {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      let begin = [{ sql: 'begin', parameters: [] as unknown[] }];
      const send: Send = async (statements) => {
        const opening = begin;
        begin = [];
        const results = await sendAll(client, [...opening, ...statements]);
        return results.slice(opening.length).map((result) => result.rows);
      };
      const { last, value } = await work(send);
      const results = await sendAll(client, [...last, { sql: 'commit', parameters: [] }]);
      if (results.at(-1)?.command !== 'COMMIT')
        throw new Error('PostgreSQL rolled back a transaction that it committed');
      return value;
    } catch (error) {
      await client.query('rollback').catch((lost) => {
        broken = lost;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  };
}

/** Waits for all, also after a failure: the connection must be idle before anybody else uses it. */
async function sendAll(client: pg.PoolClient, statements: Statement[]): Promise<pg.QueryResult[]> {
  const answers = await Promise.allSettled(statements.map(({ sql, parameters }) => client.query(sql, [...parameters])));
  return answers.map((answer) => {
    // The first one is the cause; those behind it only say that the transaction is lost.
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  });
}

async function checkVersion(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ number: string; text: string }>(
    "select current_setting('server_version_num') as number, current_setting('server_version') as text",
  );
  const row = rows[0];
  if (!row || Number(row.number) < oldestVersion * 10_000) {
    throw new PostgresUnavailable(
      `this is PostgreSQL ${row?.text ?? '(unknown)'}; paddles needs version ${oldestVersion} or later`,
    );
  }
}

/** Eight-byte integers arrive as numbers: ids and microseconds stay below 2^53 until the year 2255. */
function typeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === pg.types.builtins.INT8) return Number;
  return pg.types.getTypeParser(oid, format as 'text');
}

/**
 * Statements with parameters are prepared once per connection (0.18 ms instead of 0.24 ms a point read). Texts vary
 * with the size of a batch, so the names are bounded: beyond the bound a statement is parsed each time.
 */
function nameStatements(client: pg.PoolClient): void {
  const names = new Map<string, string>();
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const named = (text: unknown, values?: unknown[], ...rest: unknown[]) => {
    if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) return query(text, values, ...rest);
    let name = names.get(text);
    if (name === undefined && names.size < 300) {
      name = `s${names.size}`;
      names.set(text, name);
    }
    return name === undefined ? query(text, values, ...rest) : query({ name, text, values }, ...rest);
  };
  client.query = named as typeof client.query;
}

/** The same error as a `PostgresUnavailable` with a sentence for a person, without the password. */
function explainPostgres(error: unknown, url: string): Error {
  if (error instanceof PostgresUnavailable) return error;
  const { code, message } = error as { code?: string; message?: string };
  const { host, pathname, username } = new URL(url);
  const server = host || 'the local socket';
  const sentences: Record<string, string> = {
    ECONNREFUSED: `no PostgreSQL answers at ${server}`,
    ENOTFOUND: `the host of PostgreSQL, ${server}, is not known`,
    EAI_AGAIN: `the host of PostgreSQL, ${server}, is not known`,
    '28P01': `PostgreSQL at ${server} refuses the password of user '${username}'`,
    '28000': `PostgreSQL at ${server} refuses the user '${username}'`,
    '3D000': `PostgreSQL at ${server} has no database '${pathname.slice(1)}'; create it with: createdb ${pathname.slice(1)}`,
  };
  const sentence = sentences[code ?? ''] ?? `PostgreSQL at ${server} cannot be used: ${message || code}`;
  return new PostgresUnavailable(sentence, { cause: error });
}

/**
 * True for a statement that a standby cancelled because it stood in the way of the replay. A single statement fails with
 * this code for no other reason.
 */
export function isRecoveryConflict(error: unknown): boolean {
  return (error as { code?: string }).code === '40001';
}

/** True for an error that says "the database cannot be reached or is shutting down", not "this statement is wrong". */
export function isLostPostgres(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  if (code !== undefined) return /^(08|57P|53)/.test(code) || /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)/.test(code);
  return /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error/i.test(
    message ?? '',
  );
}
