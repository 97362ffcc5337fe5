/**
 * Transactions of few round trips. On PostgreSQL the time of a small transaction is mostly waiting: statements that do
 * not need each other's rows are sent together, the first ones with `begin`, the last ones with `commit`
 * (docs/decisions/0001-group-commit.md has the figures).
 */
import { CompiledQuery, type Kysely, type SelectQueryBuilder } from 'kysely';
import type pg from 'pg';
import { nextTurn } from '../../core/turns.ts';
import type { Engine, Schema } from './schema.ts';

/** One statement, its parameters numbered as the engine wants them. */
export interface Statement {
  sql: string;
  parameters: readonly unknown[];
}

/** What one statement answered. */
export type Rows = Record<string, unknown>[];

/** Carries out statements in order, inside a transaction; returns the rows of each. */
export type Send = (statements: Statement[]) => Promise<Rows[]>;

/**
 * Runs `work` in one transaction and returns its `value`. Its `last` statements are sent together with the commit.
 * Whatever is thrown, nothing is stored. `onSent` is called before the answer to the last statements is awaited.
 */
export type Transact = <T>(
  work: (send: Send) => Promise<{ last: Statement[]; value: T }>,
  onSent?: () => void,
) => Promise<T>;

/** Transactions on the one connection of SQLite, where a statement costs no round trip. */
export function transactOn(kysely: Kysely<Schema>): Transact {
  return (work, onSent) => {
    // Statements are carried out in this thread: nothing can be done meanwhile.
    onSent?.();
    return kysely.transaction().execute(async (transaction) => {
      const { last, value } = await work((statements) => carryOut(transaction, statements));
      await carryOut(transaction, last);
      return value;
    });
  };
}

/** Carries out statements one after the other, and returns the rows of each. */
export async function carryOut(kysely: Kysely<Schema>, statements: Statement[]): Promise<Rows[]> {
  const answers: Rows[] = [];
  for (const { sql, parameters } of statements) {
    const { rows } = await kysely.executeQuery<Rows[number]>(CompiledQuery.raw(sql, [...parameters]));
    answers.push(rows);
  }
  return answers;
}

/** How many rows a query finds. */
export async function countOf<T extends keyof Schema>(query: SelectQueryBuilder<Schema, T, object>): Promise<number> {
  const counted = query.select(({ fn }) => fn.countAll<number>().as('count'));
  return ((await counted.executeTakeFirstOrThrow()) as { count: number }).count;
}

/** The rows that `read` finds behind an internal id, by pages, until one has fewer than `size`. Others get their turn after each. */
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

/** `?` is the parameter of SQLite; PostgreSQL numbers its own. A text with 1,000 of them takes 50 µs. */
export function numbered(engine: Engine, text: string): string {
  if (engine === 'sqlite') return text;
  let count = 0;
  return text.replace(/\?/g, () => `$${++count}`);
}

/** `(?, ?), (?, ?), …`: `rows` times `row`. */
export function repeated(row: string, rows: number): string {
  return new Array(rows).fill(row).join(', ');
}

/** Items in groups of at most `size`: a statement takes some 32,000 parameters, a message 8,000 bytes. */
export function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** How often a transaction is repeated after a deadlock or serialization failure, which other programs could cause. */
const attempts = 5;

/** Repeats a transaction that lost against another one; at most `attempts` times. */
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
 * True for an error that a repetition of the whole transaction can cure: serialization failure, deadlock, or a row that
 * another transaction deleted after this one had read it; on SQLite, that a command wrote to the file in between (517,
 * SQLITE_BUSY_SNAPSHOT).
 */
function isRetryable(error: unknown): boolean {
  const { code, errcode } = error as { code?: string; errcode?: number };
  if (errcode !== undefined) return errcode === 517;
  return code === '40001' || code === '40P01' || code === '23503';
}

/** The socket of a connection, which the types of the driver keep to themselves. To destroy it waits for no answer, as the driver itself would. */
export function socketOf(client: pg.ClientBase): pg.Connection['stream'] {
  return (client as unknown as { connection: pg.Connection }).connection.stream;
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
