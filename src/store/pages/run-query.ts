/** The filter language (docs/dashboard.md) as conditions on runs. */
import {
  type ExpressionBuilder,
  type ExpressionWrapper,
  type RawBuilder,
  type SelectQueryBuilder,
  type SqlBool,
  sql,
} from 'kysely';
import { type JobStatus, jobStatuses } from '../../core/job.ts';
import type { Clock } from '../../core/moment.ts';
import type { Query, QueryKey, Term } from '../../core/query.ts';
import { spanReader, valueBounds } from '../../core/query-span.ts';
import { asciiLower, globMatcher, type Value } from '../../core/query-value.ts';
import { runStatuses } from '../../core/run.ts';
import { inTurns, nextTurn } from '../../core/turns.ts';
import { oneOf } from '../engine/dialect.ts';
import type { Reader, RunRow, Schema } from '../engine/schema.ts';
import { runsWithCause } from './cause-runs.ts';

type Builder = ExpressionBuilder<Schema, 'runs'>;
type Condition = ExpressionWrapper<Schema, 'runs', SqlBool>;

/** The runs that match, or `only` this one if it does. */
export async function matchingRuns(db: Reader, { terms }: Query, clock: Clock, only?: number): Promise<MatchingRuns> {
  const tests = terms.filter(hasPattern).map(runTest);
  const others = terms.filter((term) => !hasPattern(term) && term.key !== 'cause');
  let matching: MatchingRuns = db.kysely.selectFrom('runs').where((builder) => whereTerms(builder, others, clock));
  if (only !== undefined) matching = matching.where('runs.id', '=', only);
  for (const term of terms.filter(({ key }) => key === 'cause')) {
    const failed = oneOf(db.engine, 'runs.id', await runsWithCause(db, term));
    matching = matching.where(term.negated ? sql<SqlBool>`not ${failed}` : failed);
    await nextTurn();
  }
  if (tests.length === 0) return matching;
  return matching.where(oneOf(db.engine, 'runs.id', await idsThatPass(matching, tests)));
}

/** Some of the runs, to be narrowed further. */
export type MatchingRuns = SelectQueryBuilder<Schema, 'runs', object>;

/** Runs to read at a time, and to test with turns for others: SQLite reads them in about 3 ms. */
const runsAtATime = 2000;

/** The ids of the runs that pass. In a statement, fifty patterns would keep everybody waiting for seconds (SQLite). */
async function idsThatPass(matching: MatchingRuns, tests: RunTest[]): Promise<number[]> {
  const ids: number[] = [];
  const columns = [...new Set(tests.map(({ column }) => column))];
  for (let after = 0; ; ) {
    const page = matching
      .select(['id', ...columns])
      .where('id', '>', after)
      .orderBy('id')
      .limit(runsAtATime);
    const rows: (Partial<RunTexts> & { id: number })[] = await page.execute();
    for await (const row of inTurns(rows)) {
      if (tests.every(({ column, test }) => test(row[column] ?? null))) ids.push(row.id);
    }
    if (rows.length < runsAtATime) return ids;
    after = rows.at(-1)?.id ?? after;
    await nextTurn();
  }
}

type RunTexts = Pick<RunRow, 'name' | TextColumn>;

/** What a term asks of one of the texts of a run. */
interface RunTest {
  column: keyof RunTexts;
  test: (text: string | null) => boolean;
}

/** A bare word is a pattern too: it stands for a part of the name. */
function hasPattern({ key, values }: Term): boolean {
  return key === null || (key in textColumns && values.some(({ type }) => type === 'glob'));
}

function runTest({ key, negated, values }: Term): RunTest {
  const column = key === null ? 'name' : (textColumns[key] as TextColumn);
  const any = values.map((value) => textTest(key, value));
  return { column, test: (text) => any.some((test) => test(text)) !== negated };
}

function textTest(key: QueryKey | null, value: Value): RunTest['test'] {
  if (value.type === 'none') return (text) => !text;
  if (value.type !== 'literal' && value.type !== 'glob') return () => false;
  if (value.type === 'glob') {
    const test = globMatcher(key === null ? `*${value.text}*` : value.text);
    return (text) => text !== null && test(text);
  }
  const wanted = asciiLower(value.text);
  if (key === null) return (text) => text !== null && asciiLower(text).includes(wanted);
  return key === 'sha1' ? (text) => text?.startsWith(wanted) === true : (text) => text === value.text;
}

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

function whereTerms(builder: Builder, terms: Term[], clock: Clock): Condition {
  return builder.and(terms.map((term) => whereTerm(builder, term, clock)));
}

function whereTerm(builder: Builder, { key, negated, values }: Term, clock: Clock): Condition {
  const any = builder.or(values.map((value) => whereValue(builder, key as QueryKey, value, clock)));
  // A null column compares to null: "not" must then hold.
  return negated ? (sql<SqlBool>`not coalesce(${any}, false)` as unknown as Condition) : any;
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
  if (key === 'dur' || key === 'wait') return whereSpent(key, value, clock);
  const span = spanColumns[key];
  if (span !== undefined) return whereSpan(builder, span, value, clock);
  const column = textColumns[key];
  if (column === undefined) return sql<SqlBool>`false`;
  if (value.type === 'none') return builder.or([builder(column, 'is', null), builder(column, '=', '')]);
  if (value.type !== 'literal') return sql<SqlBool>`false`;
  if (key !== 'sha1') return builder(column, '=', value.text);
  // A range finds all sha1s with this beginning in the index; git writes them in lower case.
  const beginning = asciiLower(value.text);
  return builder.and([builder('sha1', '>=', beginning), builder('sha1', '<', `${beginning}\u{10ffff}`)]);
}

/** A status of jobs means runs that have such jobs; with spaces in it, the status of the run itself. */
function whereStatus(builder: Builder, value: Value) {
  if (value.type !== 'literal' && value.type !== 'glob') return sql<SqlBool>`false`;
  const test = value.type === 'glob' ? globMatcher(value.text) : (status: string) => status === value.text;
  const columns = jobStatuses.filter(test);
  // Written out, as the indexes of rare statuses have it.
  if (columns.length > 0) return builder.or(columns.map((status: JobStatus) => builder(status, '>', sql.lit(0))));
  return builder('status', 'in', runStatuses.filter(test));
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
  const kind = column === 'priority' ? 'number' : 'time';
  const bounds = valueBounds(value, spanReader(kind, clock));
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

/** Microseconds from the first start to the last change, and from the posting of the run to the first start. */
const spent = { dur: sql<number>`(updated - started)`, wait: sql<number>`(started - posted)` };

function whereSpent(key: keyof typeof spent, value: Value, clock: Clock): RawBuilder<SqlBool> {
  const time = spent[key];
  if (value.type === 'none') return sql<SqlBool>`${time} is null`;
  const bounds = valueBounds(value, spanReader('duration', clock));
  if (bounds === null) return sql<SqlBool>`false`;
  const stored = (seconds: number) => Math.min(Math.max(seconds * 1_000_000, 0), Number.MAX_SAFE_INTEGER);
  return sql<SqlBool>`(${time} >= ${stored(bounds.from)} and ${time} < ${stored(bounds.to)})`;
}
