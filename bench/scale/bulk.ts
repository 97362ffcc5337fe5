/** Bare connections that write many rows at once. */
import type { SQLInputValue } from 'node:sqlite';
import pg from 'pg';
import { openLikeServer } from '../engine.ts';

/** A value as both engines take it. */
export type Value = string | number | boolean | null;

/** A row by column. */
export type Row = Record<string, Value>;

/** A connection for bulk writes. */
export interface Bulk {
  /** `?` marks parameters. */
  query<Answer = Row>(text: string, parameters?: Value[]): Promise<Answer[]>;
  /** Writes rows that all have the columns of the first one. */
  insert(table: string, rows: Row[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens a database for bulk writes. */
export async function openBulk(url: string): Promise<Bulk> {
  return url.startsWith('sqlite:') ? bulkSqlite(url) : bulkPostgres(url);
}

function bulkSqlite(url: string): Bulk {
  const database = openLikeServer(url);
  // What is lost when the machine goes down is made again in minutes; a journal on disk would double what is written.
  database.exec('pragma synchronous = off; pragma journal_mode = memory; pragma cache_size = -1000000');
  const plain = (value: Value): SQLInputValue => (typeof value === 'boolean' ? Number(value) : value);
  return {
    query: async <Answer>(text: string, parameters: Value[] = []) =>
      database.prepare(text).all(...parameters.map(plain)) as Answer[],
    async insert(table, rows) {
      const columns = Object.keys(rows[0] ?? {});
      const marks = columns.map(() => '?').join(', ');
      const statement = database.prepare(`insert into ${table} (${quoted(columns)}) values (${marks})`);
      for (const row of rows) statement.run(...columns.map((column) => plain(row[column] ?? null)));
    },
    async close() {
      database.exec('pragma journal_mode = wal');
      database.close();
    },
  };
}

async function bulkPostgres(url: string): Promise<Bulk> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('set synchronous_commit = off');
  // The rows refer to each other as they should; looking that up takes a third of the time. Only a superuser may say so.
  await client.query('set session_replication_role = replica').catch(() => {});
  return {
    query: async <Answer>(text: string, parameters: Value[] = []) => {
      let count = 0;
      return (
        await client.query(
          text.replace(/\?/g, () => `$${++count}`),
          parameters,
        )
      ).rows as Answer[];
    },
    async insert(table, rows) {
      const columns = Object.keys(rows[0] ?? {});
      const lines = rows.map((row) => columns.map((column) => copied(row[column] ?? null)).join('\t'));
      await copy(client, `copy ${table} (${quoted(columns)}) from stdin`, Buffer.from(`${lines.join('\n')}\n`));
    },
    close: () => client.end(),
  };
}

function copied(value: Value): string {
  if (value === null) return '\\N';
  if (typeof value !== 'string') return String(value);
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
}

/** What the driver calls of a query that speaks the protocol by itself; its type definitions leave that out. */
interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** Sends rows in the text format of COPY. */
function copy(client: pg.Client, text: string, rows: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let problem: Error | null = null;
    client.query({
      submit: (connection: CopyConnection) => connection.query(text),
      handleCopyInResponse(connection: CopyConnection) {
        connection.sendCopyFromChunk(rows);
        connection.endCopyFrom();
      },
      handleCommandComplete() {},
      handleError(error: Error) {
        problem = error;
        reject(error);
      },
      handleReadyForQuery() {
        if (problem === null) resolve();
      },
    } as unknown as pg.Submittable);
  });
}

function quoted(columns: string[]): string {
  return columns.map((column) => `"${column}"`).join(', ');
}
