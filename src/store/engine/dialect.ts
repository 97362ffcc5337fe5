/**
 * The SQL that differs between the two engines, side by side. All other SQL is written once.
 */
import { type Kysely, type RawBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import { asciiLower } from '../../core/query-value.ts';
import type { Engine, NodeRow, Schema } from './schema.ts';

/** The column types of an engine, and the other differences in a schema. */
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
  /** Statements that set the storage parameters of a table; none on SQLite, which has no such parameters. */
  storage: (table: string, parameters: string) => string[];
  /** For a view: converts a column with microseconds since the Unix epoch to a timestamp. */
  time: (column: string) => string;
  /** The statements that create a view or replace one with the same columns. */
  view: (name: string, query: string) => string[];
  /** For a view: the text of a member of a JSON object in a text column; null if PostgreSQL could not read the object. */
  member: (column: string, key: string) => string;
  /** The same rounded to a whole number; null if it is not a number, or above 2^53, which no driver returns. */
  whole: (column: string, key: string) => string;
}

/**
 * Locks the selected rows until the transaction ends. With `no key update` others may still reference the rows, so a new link
 * from a job to its nodes does not wait. SQLite has one writer, which already has locked the whole file.
 *
 * A statement that claims the first of some rows must compare with `=`, not with `in`: PostgreSQL may run a subquery after `in`
 * again for each row, and would find another row each time.
 */
export function lockRows<T extends keyof Schema, O>(
  engine: Engine,
  query: SelectQueryBuilder<Schema, T, O>,
  mode: 'update' | 'no key update' = 'update',
): SelectQueryBuilder<Schema, T, O> {
  if (engine === 'sqlite') return query;
  return mode === 'update' ? query.forUpdate() : query.forNoKeyUpdate();
}

/** The condition that a text column contains a text, case-sensitively. Unlike LIKE, `%` and `_` stand for themselves. */
export function contains(engine: Engine, column: string, text: string): RawBuilder<SqlBool> {
  const position = sql.raw(engine === 'sqlite' ? 'instr' : 'strpos');
  return sql<SqlBool>`${position}(${sql.ref(column)}, ${text}) > 0`;
}

/**
 * The same, but ignores the case of the letters A to Z only, whatever the locale of the database. LIKE would compare a long text
 * at every position of a name.
 */
export function containsInAnyCase(engine: Engine, column: string, text: string): RawBuilder<SqlBool> {
  const [position, collation] = engine === 'sqlite' ? ['instr', ''] : ['strpos', ' collate "C"'];
  return sql<SqlBool>`${sql.raw(position)}(lower(${sql.ref(column)}${sql.raw(collation)}), ${asciiLower(text)}) > 0`;
}

/** Escapes a text for LIKE. */
export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/** The condition that a column has one of `values`. Uses a single parameter, whatever their number. */
export function oneOf(engine: Engine, column: string, values: string[] | number[]): RawBuilder<SqlBool> {
  return engine === 'sqlite'
    ? sql<SqlBool>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(values)}))`
    : sql<SqlBool>`${sql.ref(column)} = any(${values})`;
}

/** Converts the numbers in a row of the SQLite driver to booleans. */
export function readNode(row: NodeRow): NodeRow {
  const { up, is_vm, locked } = row;
  return { ...row, up: up === null ? null : Boolean(up), is_vm: Boolean(is_vm), locked: Boolean(locked) };
}

/** Arbitrary numbers that nothing else in the database should use: "pddl", "pdnd" and "pdsb" in ASCII. */
const advisoryLocks = { migrations: 0x7064646c, nodes: 0x70646e64, subscriptions: 0x70647362 };

/**
 * Keeps other processes from migrating, from changing nodes, or from adding subscriptions, until this transaction ends. For nodes,
 * row locks do not suffice: a statement that waits for one does not see a node that is released meanwhile, so it would miscount
 * the free nodes.
 */
export async function lockOut(kysely: Kysely<Schema>, engine: Engine, what: keyof typeof advisoryLocks): Promise<void> {
  if (engine === 'postgres') await sql`select pg_advisory_xact_lock(${advisoryLocks[what]})`.execute(kysely);
}

const mostWhole = Number.MAX_SAFE_INTEGER;

/** Returns the column types of this database. */
export async function columnTypes(kysely: Kysely<Schema>, engine: Engine): Promise<ColumnTypes> {
  if (engine === 'sqlite') {
    return {
      id: 'integer primary key autoincrement',
      integer: 'integer',
      boolean: 'integer',
      text: 'text',
      document: 'text',
      storage: () => [],
      time: (column) => `datetime(${column} / 1000000, 'unixepoch')`,
      view: (name, query) => [`drop view if exists ${name}`, `create view ${name} as ${query}`],
      // A number is returned as the text that was sent, because drivers refuse some numbers.
      member: (column, key) =>
        `(case json_type(${column}, '$.${key}') when 'text' then ${column} ->> '${key}' when 'null' then null else ${column} -> '${key}' end)`,
      whole: (column, key) =>
        `(case when json_type(${column}, '$.${key}') in ('integer', 'real') and abs(cast(${column} ->> '${key}' as real)) <= ${mostWhole}
          then cast(round(${column} ->> '${key}') as integer) end)`,
    };
  }
  // PostgreSQL parses the whole object, and refuses NUL and lone surrogates in any member.
  const member = (column: string, key: string) =>
    `(case when ${column} !~* '\\\\u(0000|d[89a-f])' then ${column}::json ->> '${key}' end)`;
  // lz4 writes documents 1.3 to 1.5 times as fast as the default compression, but not every build supports it.
  const lz4 = await sql`select 1 from pg_settings where name = 'default_toast_compression' and 'lz4' = any (enumvals)`;
  const { rows } = await lz4.execute(kysely);
  return {
    id: 'bigint generated by default as identity primary key',
    integer: 'bigint',
    boolean: 'boolean',
    // With this collation prefix searches use the index, and lists sort as the contracts say, whatever the locale of the database.
    text: 'text collate "C"',
    document: rows.length > 0 ? 'text compression lz4' : 'text',
    storage: (table, parameters) => [`alter table ${table} set (${parameters})`],
    time: (column) => `(timestamptz 'epoch' + ${column} * interval '1 microsecond')`,
    // `or replace` keeps the privileges of the old view.
    view: (name, query) => [`create or replace view ${name} as ${query}`],
    member,
    whole: (column, key) => {
      // The lengths are limited because `numeric` refuses much larger exponents.
      const digits = `'^-?[0-9]{1,255}(?:\\.[0-9]{1,255})?(?:[eE][-+]?[0-9]{1,3})?$'`;
      const number = `substring(${member(column, key)} from ${digits})::numeric`;
      return `(case when abs(${number}) <= ${mostWhole} then round(${number})::bigint end)`;
    },
  };
}
