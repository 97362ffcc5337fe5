import { PostgresDialect } from 'kysely';
import type pg from 'pg';
import { DatabaseFault } from './faults.ts';
import { type ConnectionPool, createPool } from './postgres-pool.ts';
import { inspectPostgres } from './postgres-start.ts';
import type { Send, Statement, Transact } from './transaction.ts';

/** How `openPostgres` opens a database. */
export interface PostgresOptions {
  poolSize: number;
  /** Hears of idle connections that break; the pool replaces them by itself. */
  onLost: (error: Error) => void;
  /** Lets the database refuse every write, also after a standby has been promoted. */
  readOnly?: boolean;
  /** Milliseconds after which a connection that says nothing is given up: longer than the database lets a statement run. */
  answerWithin?: number;
}

/** An open PostgreSQL database. */
export interface OpenPostgres {
  dialect: PostgresDialect;
  transact: Transact;
  /** Throws when the database does not answer or takes no writes. */
  look: () => Promise<void>;
  /** See `Inspection`: LISTEN would be one more thing that is kept in a session. */
  sharesSessions: boolean;
}

/** Longest wait for a connection, in milliseconds. */
const connectWithin = 10_000;

/** Opens a pool of `poolSize` connections. Throws as `inspectPostgres` does. */
export async function openPostgres(
  url: string,
  { poolSize, onLost, readOnly = false, answerWithin = 35_000 }: PostgresOptions,
): Promise<OpenPostgres> {
  const connection = {
    connectionString: url,
    application_name: readOnly ? 'paddles read-only' : 'paddles',
    connectionTimeoutMillis: Math.min(connectWithin, answerWithin),
    query_timeout: answerWithin,
    keepAlive: true,
  };
  const { sharesSessions } = await inspectPostgres(connection, { readOnly });
  const pool = createPool({
    // Statements that were sent together are answered together, without a round trip for each.
    connection: { ...connection, max: poolSize, pipeline: true },
    readOnly,
    sharesSessions,
    onLost,
  });
  const look = () => checkWritable(pool);
  return { dialect: new PostgresDialect({ pool }), transact: transactOnPool(pool), look, sharesSessions };
}

async function checkWritable(pool: ConnectionPool): Promise<void> {
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

/** Transactions on connections of the pool; see transaction.ts. */
function transactOnPool(pool: ConnectionPool): Transact {
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
