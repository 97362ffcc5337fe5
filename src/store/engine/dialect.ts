/**
 * The statements in which the two engines differ, side by side. Everything else is written once.
 */
import { type Kysely, type RawBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import { asciiLower } from '../../core/query.ts';
import type { Engine, NodeRow, Schema } from './schema.ts';

/** Column types as each engine spells them, and what else differs in a schema. */
export interface ColumnTypes {
  /** A generated primary key. */
  id: string;
  /** Eight bytes. */
  integer: string;
  boolean: string;
  /** A short text that compares and sorts by code point. */
  text: string;
  /** A long text, compressed where the engine can. */
  document: string;
  /** Statements that set how a table keeps its rows; none where the engine asks for no such thing. */
  storage: (table: string, parameters: string) => string[];
}

/** One step of the schema. Forward only; `statements` gets the words in which the engines differ. */
export interface Migration {
  id: number;
  name: string;
  statements: (types: ColumnTypes) => string[];
}

/** Locks the selected rows until the transaction ends. SQLite has one writer, which already has the whole file. */
export function lockRows<T extends keyof Schema, O>(
  engine: Engine,
  query: SelectQueryBuilder<Schema, T, O>,
): SelectQueryBuilder<Schema, T, O> {
  return engine === 'postgres' ? query.forUpdate() : query;
}

/** As `lockRows`, but others may still refer to the rows: a new link of a job to its nodes does not wait. */
export function lockRowsNoKey<T extends keyof Schema, O>(
  engine: Engine,
  query: SelectQueryBuilder<Schema, T, O>,
): SelectQueryBuilder<Schema, T, O> {
  return engine === 'postgres' ? query.forNoKeyUpdate() : query;
}

/** The condition that a text column contains a text, case and all. Not LIKE: `%` and `_` stand for themselves. */
export function contains(engine: Engine, column: string, text: string): RawBuilder<SqlBool> {
  const position = sql.raw(engine === 'sqlite' ? 'instr' : 'strpos');
  return sql<SqlBool>`${position}(${sql.ref(column)}, ${text}) > 0`;
}

/** The same in whatever case the letters A to Z are. */
export function containsInAnyCase(column: string, text: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`lower(${sql.ref(column)}) like ${`%${escapeLike(asciiLower(text))}%`} escape '\\'`;
}

/** A text in which LIKE finds nothing special. */
export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/** The condition that a text column has one of the texts: one parameter, however many they are. */
export function oneOf(engine: Engine, column: string, texts: string[]): RawBuilder<SqlBool> {
  return engine === 'sqlite'
    ? sql<SqlBool>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(texts)}))`
    : sql<SqlBool>`${sql.ref(column)} = any(${texts})`;
}

/** The condition that a column has one of the internal ids, or one of those that a statement selects. */
export function idAmong(
  engine: Engine,
  column: string,
  ids: number[],
  selected: RawBuilder<number>,
): RawBuilder<SqlBool> {
  const key = sql.ref(column);
  return engine === 'sqlite'
    ? sql<SqlBool>`${key} in (select value from json_each(${JSON.stringify(ids)}) union all ${selected})`
    : // As an array PostgreSQL knows the list before it plans to go through the table.
      sql<SqlBool>`${key} = any(array(select unnest(${ids}::bigint[]) union all ${selected}))`;
}

/** A row as the driver gives it, with true booleans. */
export function readNode(row: NodeRow): NodeRow {
  const { up, is_vm, locked } = row;
  return { ...row, up: up === null ? null : Boolean(up), is_vm: Boolean(is_vm), locked: Boolean(locked) };
}

/** Keeps other processes from migrating until this transaction ends. */
export async function lockMigrations(kysely: Kysely<Schema>, engine: Engine): Promise<void> {
  // Any fixed number will do as long as nothing else in the database uses it: "pddl" in ASCII.
  if (engine === 'postgres') await sql`select pg_advisory_xact_lock(${0x7064646c})`.execute(kysely);
}

/**
 * Keeps other processes from changing nodes until this transaction ends. Row locks alone would keep a node out of two
 * hands, but not tell truly how many are free: a node given back while a statement waits is not seen by it.
 */
export async function lockNodeChanges(kysely: Kysely<Schema>, engine: Engine): Promise<void> {
  // Another fixed number: "pdnd" in ASCII.
  if (engine === 'postgres') await sql`select pg_advisory_xact_lock(${0x70646e64})`.execute(kysely);
}

/** The column types of this database. */
export async function columnTypes(kysely: Kysely<Schema>, engine: Engine): Promise<ColumnTypes> {
  if (engine === 'sqlite') {
    return {
      id: 'integer primary key autoincrement',
      integer: 'integer',
      boolean: 'integer',
      text: 'text',
      document: 'text',
      storage: () => [],
    };
  }
  // lz4 writes documents 1.3 to 1.5 times as fast as the default compression, but not every build has it.
  const lz4 = await sql`select 1 from pg_settings where name = 'default_toast_compression' and 'lz4' = any (enumvals)`;
  const { rows } = await lz4.execute(kysely);
  return {
    id: 'bigint generated by default as identity primary key',
    integer: 'bigint',
    boolean: 'boolean',
    // Prefix searches can use the index, and lists sort as the contracts say, whatever the locale of the database.
    text: 'text collate "C"',
    document: rows.length > 0 ? 'text compression lz4' : 'text',
    storage: (table, parameters) => [`alter table ${table} set (${parameters})`],
  };
}
