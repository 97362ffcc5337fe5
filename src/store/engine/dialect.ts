/**
 * The statements in which the two engines differ, side by side. Everything else is written once.
 */
import { type Kysely, type RawBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import { asciiLower } from '../../core/query-value.ts';
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
  /** The time that a column with microseconds since the Unix epoch means, in a view. */
  time: (column: string) => string;
  /** The statements that make a view, also in place of one with the same columns. */
  view: (name: string, query: string) => string[];
  /** The text of a member of a JSON object that a column keeps as text, in a view; null where PostgreSQL could not read it. */
  member: (column: string, key: string) => string;
  /** The whole number nearest to such a member; null where there is none up to 2^53, beyond which no driver gives it back. */
  whole: (column: string, key: string) => string;
}

/**
 * Locks the selected rows until the transaction ends. With `no key update` others may still refer to the rows: a new link of
 * a job to its nodes does not wait. SQLite has one writer, which already has the whole file.
 *
 * A statement that claims the first of some rows compares with it by `=`: PostgreSQL may run a subquery behind `in` again for each row that
 * it looks at, which finds the next one each time.
 */
export function lockRows<T extends keyof Schema, O>(
  engine: Engine,
  query: SelectQueryBuilder<Schema, T, O>,
  mode: 'update' | 'no key update' = 'update',
): SelectQueryBuilder<Schema, T, O> {
  if (engine === 'sqlite') return query;
  return mode === 'update' ? query.forUpdate() : query.forNoKeyUpdate();
}

/** The condition that a text column contains a text, case and all. Not LIKE: `%` and `_` stand for themselves. */
export function contains(engine: Engine, column: string, text: string): RawBuilder<SqlBool> {
  const position = sql.raw(engine === 'sqlite' ? 'instr' : 'strpos');
  return sql<SqlBool>`${position}(${sql.ref(column)}, ${text}) > 0`;
}

/**
 * The same in whatever case the letters A to Z are, and no others, whatever the locale of the database. LIKE would compare a long text at
 * every place of a name.
 */
export function containsInAnyCase(engine: Engine, column: string, text: string): RawBuilder<SqlBool> {
  const [position, collation] = engine === 'sqlite' ? ['instr', ''] : ['strpos', ' collate "C"'];
  return sql<SqlBool>`${sql.raw(position)}(lower(${sql.ref(column)}${sql.raw(collation)}), ${asciiLower(text)}) > 0`;
}

/** A text in which LIKE finds nothing special. */
export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/** The condition that a column has one of some values: one parameter, however many they are. */
export function oneOf(engine: Engine, column: string, values: string[] | number[]): RawBuilder<SqlBool> {
  return engine === 'sqlite'
    ? sql<SqlBool>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(values)}))`
    : sql<SqlBool>`${sql.ref(column)} = any(${values})`;
}

/** A row as the driver gives it, with true booleans. */
export function readNode(row: NodeRow): NodeRow {
  const { up, is_vm, locked } = row;
  return { ...row, up: up === null ? null : Boolean(up), is_vm: Boolean(is_vm), locked: Boolean(locked) };
}

/** Any numbers will do as long as nothing else in the database uses them: "pddl", "pdnd" and "pdsb" in ASCII. */
const advisoryLocks = { migrations: 0x7064646c, nodes: 0x70646e64, subscriptions: 0x70647362 };

/**
 * Keeps other processes from migrating, from changing nodes, or from adding subscriptions, until this transaction ends. For nodes, locks on rows would
 * not do: they cannot tell how many nodes are free, because a statement that waits does not see a node that is given back
 * meanwhile.
 */
export async function lockOut(kysely: Kysely<Schema>, engine: Engine, what: keyof typeof advisoryLocks): Promise<void> {
  if (engine === 'postgres') await sql`select pg_advisory_xact_lock(${advisoryLocks[what]})`.execute(kysely);
}

const mostWhole = Number.MAX_SAFE_INTEGER;

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
      time: (column) => `datetime(${column} / 1000000, 'unixepoch')`,
      view: (name, query) => [`drop view if exists ${name}`, `create view ${name} as ${query}`],
      // A number as it was sent: as a value it could be one that drivers refuse.
      member: (column, key) =>
        `(case json_type(${column}, '$.${key}') when 'text' then ${column} ->> '${key}' when 'null' then null else ${column} -> '${key}' end)`,
      whole: (column, key) =>
        `(case when json_type(${column}, '$.${key}') in ('integer', 'real') and abs(cast(${column} ->> '${key}' as real)) <= ${mostWhole}
          then cast(round(${column} ->> '${key}') as integer) end)`,
    };
  }
  // It reads the whole object, and refuses NUL and lone surrogates in whatever member.
  const member = (column: string, key: string) =>
    `(case when ${column} !~* '\\\\u(0000|d[89a-f])' then ${column}::json ->> '${key}' end)`;
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
    time: (column) => `(timestamptz 'epoch' + ${column} * interval '1 microsecond')`,
    // Whoever may read the old view may read the new one.
    view: (name, query) => [`create or replace view ${name} as ${query}`],
    member,
    whole: (column, key) => {
      // `numeric` refuses exponents that are much larger.
      const digits = `'^-?[0-9]{1,255}(?:\\.[0-9]{1,255})?(?:[eE][-+]?[0-9]{1,3})?$'`;
      const number = `substring(${member(column, key)} from ${digits})::numeric`;
      return `(case when abs(${number}) <= ${mostWhole} then round(${number})::bigint end)`;
    },
  };
}
