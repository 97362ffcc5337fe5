/** The filter language (docs/dashboard.md) as conditions on runs. */
import { type ExpressionBuilder, type ExpressionWrapper, type RawBuilder, type SqlBool, sql } from 'kysely';
import { type JobStatus, jobStatuses } from '../../core/job.ts';
import { type Clock, parseDuration, parseMoment } from '../../core/moment.ts';
import { asciiLower, globMatcher, type Query, type QueryKey, type Term, type Value } from '../../core/query.ts';
import { valueBounds } from '../../core/query-match.ts';
import { containsInAnyCase, escapeLike } from '../engine/dialect.ts';
import type { RunRow, Schema } from '../engine/schema.ts';
import type { Reader } from '../reader.ts';

type Builder = ExpressionBuilder<Schema, 'runs'>;
type Condition = ExpressionWrapper<Schema, 'runs', SqlBool>;

/** The runs that match. */
export function matchingRuns(db: Reader, query: Query, clock: Clock) {
  return db.kysely.selectFrom('runs').where((builder) => whereQuery(builder, query, clock));
}

/** What `matchingRuns` answers, to be narrowed further. */
export type MatchingRuns = ReturnType<typeof matchingRuns>;

/** Columns that not every run has a value in. */
const nullable: ReadonlySet<string> = new Set(['updated', 'started', 'priority']);
/** Where a run without a value stands: as the lowest one, on both engines. */
export const missing = -1;

/** A column as the indexes have it. */
export function printKey(key: keyof RunRow) {
  return nullable.has(key) ? presentOr(key) : sql<string | number>`${sql.ref(key)}`;
}

function presentOr(column: string) {
  return sql<number>`coalesce(${sql.ref(column)}, ${sql.lit(missing)})`;
}

function whereQuery(builder: Builder, { terms }: Query, clock: Clock): Condition {
  return builder.and(terms.map((term) => whereTerm(builder, term, clock)));
}

function whereTerm(builder: Builder, { key, negated, values }: Term, clock: Clock): Condition {
  const any = builder.or(
    values.map((value) => (key === null ? whereWord(value) : whereValue(builder, key, value, clock))),
  );
  // A null column compares to null: "not" must then hold.
  return negated ? (sql<SqlBool>`not coalesce(${any}, false)` as unknown as Condition) : any;
}

/** A word stands for a part of the name. */
function whereWord(value: Value) {
  return containsInAnyCase('runs.name', value.type === 'literal' || value.type === 'glob' ? value.text : '');
}

/** A column of runs that suggestions are made of. */
export type TextColumn = 'suite' | 'branch' | 'user' | 'machine_type' | 'flavor' | 'sha1';

/** The columns of the keys that have texts. */
export const textColumns = {
  suite: 'suite',
  branch: 'branch',
  user: 'user',
  machine: 'machine_type',
  flavor: 'flavor',
  sha1: 'sha1',
} as const satisfies Partial<Record<QueryKey, keyof RunRow>> as Partial<Record<QueryKey, TextColumn>>;

const spanColumns: Partial<Record<QueryKey, 'scheduled' | 'started' | 'updated' | 'priority'>> = {
  scheduled: 'scheduled',
  started: 'started',
  updated: 'updated',
  prio: 'priority',
};

function whereValue(builder: Builder, key: QueryKey, value: Value, clock: Clock) {
  if (key === 'status') return whereStatus(builder, value);
  const span = spanColumns[key];
  if (span !== undefined) return whereSpan(builder, span, value, clock);
  const column = textColumns[key];
  if (column === undefined) return sql<SqlBool>`false`;
  if (value.type === 'none') return builder.or([builder(column, 'is', null), builder(column, '=', '')]);
  if (value.type === 'glob') return whereGlob(column, value.text);
  if (value.type !== 'literal') return sql<SqlBool>`false`;
  if (key !== 'sha1') return builder(column, '=', value.text);
  // A range finds all sha1s with this beginning in the index; git writes them in lower case.
  const beginning = asciiLower(value.text);
  return builder.and([builder('sha1', '>=', beginning), builder('sha1', '<', `${beginning}\u{10ffff}`)]);
}

function whereGlob(column: string, glob: string) {
  const pattern = escapeLike(asciiLower(glob)).replace(/\*+/g, '%');
  return sql<SqlBool>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`;
}

/** A status of jobs means runs that have such jobs; with spaces in it, the status of the run itself. */
function whereStatus(builder: Builder, value: Value) {
  if (value.type !== 'literal' && value.type !== 'glob') return sql<SqlBool>`false`;
  const test = value.type === 'glob' ? globMatcher(value.text) : (status: string) => status === value.text;
  const columns = jobStatuses.filter(test);
  // Written out, as the indexes of rare statuses have it.
  if (columns.length > 0) return builder.or(columns.map((status: JobStatus) => builder(status, '>', sql.lit(0))));
  return value.type === 'glob'
    ? whereGlob('status', value.text)
    : builder('status', '=', value.text as RunRow['status']);
}

function whereSpan(
  builder: Builder,
  column: 'scheduled' | 'started' | 'updated' | 'priority',
  value: Value,
  clock: Clock,
) {
  if (value.type === 'none') {
    return builder.and([builder(column, 'is', null), sql<SqlBool>`${printKey(column)} = ${sql.lit(missing)}`]);
  }
  const number = (text: string) => {
    const point = parseDuration(text);
    return point === null ? null : { from: point, to: point + 1 };
  };
  const bounds = valueBounds(value, column === 'priority' ? number : (text) => parseMoment(text, clock));
  if (bounds === null) return sql<SqlBool>`false`;
  const unit = column === 'priority' ? 1 : 1000;
  // PostgreSQL refuses a number beyond those of the column, and some weeks ago can be 10^15 of them.
  const stored = (point: number) => Math.max(point * unit, Number.MIN_SAFE_INTEGER);
  const key = printKey(column);
  const limits: RawBuilder<SqlBool>[] = nullable.has(column) ? [sql<SqlBool>`${sql.ref(column)} is not null`] : [];
  if (Number.isFinite(bounds.from)) limits.push(sql<SqlBool>`${key} >= ${stored(bounds.from)}`);
  if (Number.isFinite(bounds.to)) limits.push(sql<SqlBool>`${key} < ${stored(bounds.to)}`);
  return builder.and(limits);
}
