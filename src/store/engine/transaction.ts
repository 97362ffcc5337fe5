/**
 * Transactions with few round trips. On PostgreSQL a small transaction mostly waits for the network. Therefore statements that
 * do not need each other's rows are sent together, the first ones with `begin`, the last ones with `commit`
 * (docs/decisions/0001-group-commit.md has the figures).
 */
import { CompiledQuery, type Kysely, type SelectQueryBuilder } from 'kysely';
import type pg from 'pg';
import { nextTurn } from '../../core/turns.ts';
import type { Engine, Schema } from './schema.ts';

/** A statement, with its parameters numbered as the engine requires. */
export interface Statement {
  sql: string;
  parameters: readonly unknown[];
}

/** The rows that a statement returned. */
export type Rows = Record<string, unknown>[];

/** Executes statements in order, inside a transaction. Returns the rows of each. */
export type Send = (statements: Statement[]) => Promise<Rows[]>;

/**
 * Runs `work` in one transaction and returns its `value`. Its `last` statements are sent together with the commit. If it
 * throws, nothing is stored. `onSent` is called before the answer to the last statements is awaited.
 */
export type Transact = <T>(
  work: (send: Send) => Promise<{ last: Statement[]; value: T }>,
  onSent?: () => void,
) => Promise<T>;

/** Transactions on the one connection of SQLite, where a statement costs no round trip. */
export function transactOn(kysely: Kysely<Schema>): Transact {
  return (work, onSent) => {
    // SQLite executes statements in this thread, so nothing can be done meanwhile.
    onSent?.();
    return kysely.transaction().execute(async (transaction) => {
      const { last, value } = await work((statements) => carryOut(transaction, statements));
      await carryOut(transaction, last);
      return value;
    });
  };
}

/** Executes statements one after the other. Returns the rows of each. */
export async function carryOut(kysely: Kysely<Schema>, statements: Statement[]): Promise<Rows[]> {
  const answers: Rows[] = [];
  for (const { sql, parameters } of statements) {
    const { rows } = await kysely.executeQuery<Rows[number]>(CompiledQuery.raw(sql, [...parameters]));
    answers.push(rows);
  }
  return answers;
}

/** Counts the rows that a query finds. */
export async function countOf<T extends keyof Schema>(query: SelectQueryBuilder<Schema, T, object>): Promise<number> {
  const counted = query.select(({ fn }) => fn.countAll<number>().as('count'));
  return ((await counted.executeTakeFirstOrThrow()) as { count: number }).count;
}

/** Yields the pages that `read` returns after an internal id, until one has fewer than `size` rows. Other requests run after each page. */
export async function* pagesById<Row extends { id: number }>(
  size: number,
  read: (after: number) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  for (let after = 0; ; await nextTurn()) {
    const rows = await read(after);
    const last = rows.at(-1);
    if (last) yield rows;
    if (!last || rows.length < size) return;
    after = last.id;
  }
}

/** Replaces the `?` of SQLite by the numbered parameters of PostgreSQL. Takes 50 µs for a text with 1,000 of them. */
export function numbered(engine: Engine, text: string): string {
  if (engine === 'sqlite') return text;
  let count = 0;
  return text.replace(/\?/g, () => `$${++count}`);
}

/** Repeats `row`: `(?, ?), (?, ?), …`. */
export function repeated(row: string, rows: number): string {
  return new Array(rows).fill(row).join(', ');
}

/** Splits items into groups of at most `size`, because a statement can have some 32,000 parameters, and a notification 8,000 bytes. */
export function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** The most attempts for a transaction that fails with a deadlock or serialization failure, which other programs could cause. */
const attempts = 5;

/** Runs a transaction, and repeats it if it lost against another one; at most `attempts` times in total. */
export async function repeat<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt === attempts || !isRetryable(error)) throw error;
    }
  }
}

/**
 * True for an error that repeating the whole transaction can cure: a serialization failure, a deadlock, or a row that another
 * transaction deleted after this one had read it; on SQLite, a command that wrote to the file in between (517,
 * SQLITE_BUSY_SNAPSHOT).
 */
function isRetryable(error: unknown): boolean {
  const { code, errcode } = error as { code?: string; errcode?: number };
  if (errcode !== undefined) return errcode === 517;
  return code === '40001' || code === '40P01' || code === '23503';
}

/** Returns the socket of a connection, which the driver's types hide. Destroying it, unlike ending the client, waits for no answer. */
export function socketOf(client: pg.ClientBase): pg.Connection['stream'] {
  return (client as unknown as { connection: pg.Connection }).connection.stream;
}

/** Begins a transaction. */
export const begin = 'begin isolation level read committed';

/**
 * Begins a transaction that finds each of its few rows by an index. PostgreSQL keeps the plan of a prepared statement until it
 * has analysed the tables again. A plan that reads all of a small table would be kept while a burst makes the table large (on an empty
 * database, 17,000 jobs were read for each one written). A table without a fitting index is read sequentially anyway; `jit` is off
 * because the cost estimate would then make PostgreSQL compile the statement, which takes 50 ms of CPU time.
 */
const beginByIndexes = [
  begin,
  ...['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit'].map((setting) => `set local ${setting} = off`),
].join('; ');

/** Transactions on connections of a PostgreSQL pool. */
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
 * Sends statements together and waits for all of them, even after a failure, because the connection must be idle before it is used
 * again. They are written to the socket at once; otherwise the driver would wake the database for each of them.
 */
async function sendAll(client: pg.PoolClient, statements: Statement[]): Promise<pg.QueryResult[]> {
  const socket = socketOf(client);
  socket.cork();
  const sent = statements.map(({ sql, parameters }) => client.query(sql, [...parameters]));
  socket.uncork();
  const answers = await Promise.allSettled(sent);
  return answers.map((answer) => {
    // The first error is the cause; the later ones only say that the transaction is aborted.
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  });
}
