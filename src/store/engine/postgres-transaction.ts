/** Transactions on PostgreSQL, in as few round trips as they allow. */
import type pg from 'pg';
import type { Send, Statement, Transact } from './transaction.ts';

/** The socket of a connection, which the types of the driver keep to themselves. */
export function socketOf(client: pg.ClientBase): { cork(): void; uncork(): void; destroy(): void } {
  return (client as unknown as { connection: { stream: ReturnType<typeof socketOf> } }).connection.stream;
}

/** Begins a transaction. */
export const begin = 'begin isolation level read committed';

/**
 * A transaction that finds each of its few rows by an index. PostgreSQL keeps the plan of a prepared statement until it has
 * analysed the tables again: one that reads all of a small table would be kept while a burst makes the table large (on an
 * empty database, 17,000 jobs were read for each one that was written). A table without a fitting index is read all the same, at an
 * estimate for which PostgreSQL would compile the statement, in 50 ms of the processor.
 */
const beginByIndexes = [
  begin,
  ...['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit'].map((setting) => `set local ${setting} = off`),
].join('; ');

/** Transactions on connections of the pool; see transaction.ts. */
export function transactOnPool(pool: { connect(): Promise<pg.PoolClient> }): Transact {
  return async (work, onSent) => {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      let first = [{ sql: beginByIndexes, parameters: [] as unknown[] }];
      const send: Send = async (statements) => {
        const opening = first;
        first = [];
        const results = await sendAll(client, [...opening, ...statements]);
        return results.slice(opening.length).map((result) => result.rows);
      };
      const { last, value } = await work(send);
      const sent = sendAll(client, [...last, { sql: 'commit', parameters: [] }]);
      onSent?.();
      const results = await sent;
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

/**
 * Waits for all, also after a failure: the connection must be idle before anybody else uses it. All are written to the socket at
 * once: the driver alone would wake the database for each of them.
 */
async function sendAll(client: pg.PoolClient, statements: Statement[]): Promise<pg.QueryResult[]> {
  const socket = socketOf(client);
  socket.cork();
  const sent = statements.map(({ sql, parameters }) => client.query(sql, [...parameters]));
  socket.uncork();
  const answers = await Promise.allSettled(sent);
  return answers.map((answer) => {
    // The first one is the cause; those behind it only say that the transaction is lost.
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  });
}
