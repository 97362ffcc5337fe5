/** Translates the filter language (docs/dashboard.md) into conditions on runs. */
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
import { asciiLower, globMatcher, spanReader, type Value, valueBounds } from '../../core/query-value.ts';
import { runStatuses } from '../../core/run.ts';
import { inTurns, nextTurn } from '../../core/turns.ts';
import { escapeLike, oneOf } from '../engine/dialect.ts';
import type { Reader, RunRow, Schema } from '../engine/schema.ts';
import { chunksOf, pagesById } from '../engine/transaction.ts';
import { type CaseJob, jobsWithCase } from '../read/test-cases.ts';

type Builder = ExpressionBuilder<Schema, 'runs'>;
type Condition = ExpressionWrapper<Schema, 'runs', SqlBool>;

/** Selects the matching runs, or the run with the id `only` if it matches. */
export async function matchingRuns(db: Reader, { terms }: Query, clock: Clock, only?: number): Promise<MatchingRuns> {
  const tests = terms.filter(hasPattern).map(runTest);
  const others = terms.filter((term) => !hasPattern(term) && term.key !== 'cause');
  let matching: MatchingRuns = db.kysely
    .selectFrom('runs')
    .where((builder) => builder.and(others.map((term) => whereTerm(builder, term, clock))));
  if (only !== undefined) matching = matching.where('runs.id', '=', only);
  for (const term of terms.filter(({ key }) => key === 'cause')) {
    const failed = oneOf(db.engine, 'runs.id', await runsWithCause(db, term));
    matching = matching.where(term.negated ? sql<SqlBool>`not ${failed}` : failed);
    await nextTurn();
  }
  if (tests.length === 0) return matching;
  return matching.where(oneOf(db.engine, 'runs.id', await idsThatPass(matching, tests)));
}

/** A selection of runs that can be narrowed further. */
export type MatchingRuns = SelectQueryBuilder<Schema, 'runs', object>;

/** Runs read by one statement, which takes SQLite about 3 ms. */
const runsAtATime = 2000;

/** Returns the ids of the runs that pass all tests. In SQL, fifty patterns would block SQLite for seconds. */
async function idsThatPass(matching: MatchingRuns, tests: RunTest[]): Promise<number[]> {
  const ids: number[] = [];
  const columns = [...new Set(tests.map(({ column }) => column))];
  const page = matching
    .select(['id', ...columns])
    .orderBy('id')
    .limit(runsAtATime);
  const read = (after: number): Promise<(Partial<RunTexts> & { id: number })[]> =>
    page.where('id', '>', after).execute();
  for await (const rows of pagesById(runsAtATime, read)) {
    for await (const row of inTurns(rows)) {
      if (tests.every(({ column, test }) => test(row[column] ?? null))) ids.push(row.id);
    }
  }
  return ids;
}

type RunTexts = Pick<RunRow, 'name' | TextColumn>;

/** A term as a test of one of the texts of a run. */
interface RunTest {
  column: keyof RunTexts;
  test: (text: string | null) => boolean;
}

/** True if a term has a pattern. A bare word is a pattern too, because it stands for a part of the name. */
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

/** Columns that can be null. */
const nullable: ReadonlySet<string> = new Set(['updated', 'started', 'priority']);
/** The number that stands for a null: it sorts before all values on both engines. */
export const missing = -1;

/** Returns a column as the indexes have it. */
export function printKey(key: keyof RunRow) {
  return nullable.has(key) ? presentOr(key) : sql<string | number>`${sql.ref(key)}`;
}

function presentOr(column: string) {
  return sql<number>`coalesce(${sql.ref(column)}, ${sql.lit(missing)})`;
}

function whereTerm(builder: Builder, { key, negated, values }: Term, clock: Clock): Condition {
  const any = builder.or(values.map((value) => whereValue(builder, key as QueryKey, value, clock)));
  // A comparison with a null column is null, and its negation must hold.
  return negated ? (sql<SqlBool>`not coalesce(${any}, false)` as unknown as Condition) : any;
}

/** A column of runs with texts, whose values can be suggested. */
export type TextColumn = 'suite' | 'branch' | 'user' | 'machine_type' | 'flavor' | 'sha1';

/** The text columns, by the keys of the filter language. */
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
  // A range finds all SHA-1s with this prefix in the index; Git writes them in lower case.
  const beginning = asciiLower(value.text);
  return builder.and([builder('sha1', '>=', beginning), builder('sha1', '<', `${beginning}\u{10ffff}`)]);
}

/** A status of jobs selects the runs that have such jobs. Any other status, like those with spaces, is a status of runs. */
function whereStatus(builder: Builder, value: Value) {
  if (value.type !== 'literal' && value.type !== 'glob') return sql<SqlBool>`false`;
  const test = value.type === 'glob' ? globMatcher(value.text) : (status: string) => status === value.text;
  const columns = jobStatuses.filter(test);
  // A literal, because the partial indexes of rare statuses have the same condition.
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
  // PostgreSQL refuses a number that the column cannot hold, and a filter may ask for 10^15 weeks ago.
  const stored = (point: number) => Math.max(point * unit, Number.MIN_SAFE_INTEGER);
  const key = printKey(column);
  const limits: RawBuilder<SqlBool>[] = nullable.has(column) ? [sql<SqlBool>`${sql.ref(column)} is not null`] : [];
  if (Number.isFinite(bounds.from)) limits.push(sql<SqlBool>`${key} >= ${stored(bounds.from)}`);
  if (Number.isFinite(bounds.to)) limits.push(sql<SqlBool>`${key} < ${stored(bounds.to)}`);
  return builder.and(limits);
}

/** `dur` is the time from the first start to the last change, `wait` from the posting of the run to the first start, in microseconds. */
const spent = { dur: sql<number>`(updated - started)`, wait: sql<number>`(started - posted)` };

function whereSpent(key: keyof typeof spent, value: Value, clock: Clock): RawBuilder<SqlBool> {
  const time = spent[key];
  if (value.type === 'none') return sql<SqlBool>`${time} is null`;
  const bounds = valueBounds(value, spanReader('duration', clock));
  if (bounds === null) return sql<SqlBool>`false`;
  const stored = (seconds: number) => Math.min(Math.max(seconds * 1_000_000, 0), Number.MAX_SAFE_INTEGER);
  return sql<SqlBool>`(${time} >= ${stored(bounds.from)} and ${time} < ${stored(bounds.to)})`;
}

/**
 * Causes whose jobs are looked up by one statement. With a million jobs and 4,000 causes, the hundred most frequent causes take SQLite
 * 93 ms on a busy machine, and all of them 400 ms.
 */
const causesAtATime = 20;

/** Returns the internal ids of the runs with one of the causes. Reads only the index of jobs with a cause, not `jobs` itself. */
async function runsWithCause(db: Reader, { values }: Pick<Term, 'values'>): Promise<number[]> {
  const named = values.filter(({ type }) => type !== 'none');
  const found = new Set<number>();
  const causes = named.length === 0 ? [] : await causesNamed(db, named);
  for (const some of chunksOf(causes, causesAtATime)) {
    const ids = some.map(({ id }) => id);
    for (const id of await runsWith(db, ids)) found.add(id);
    await nextTurn();
  }
  for (const cause of causes) for await (const id of runsByCases(db, cause)) found.add(id);
  if (named.length < values.length) for (const id of await greenRuns(db)) found.add(id);
  return [...found];
}

interface NamedCause {
  id: string;
  kind: string;
}

function causesNamed({ kysely }: Reader, values: readonly Value[]): Promise<NamedCause[]> {
  return kysely
    .selectFrom('signatures')
    .select(['id', 'kind'])
    .where(({ or }) => or(values.map(idCondition)))
    .execute();
}

async function runsWith({ kysely, engine }: Reader, causes: string[]): Promise<number[]> {
  const rows = await kysely
    .selectFrom('jobs')
    .select('run_id')
    .distinct()
    // The condition of the partial index, which SQLite does not deduce from the other condition.
    .where('signature', 'is not', null)
    .where(oneOf(engine, 'signature', causes))
    .execute();
  return rows.map(({ run_id }) => run_id);
}

/** Jobs with a failed test case that are read by one statement. */
const jobsAtATime = 2000;

/** Yields the runs of the jobs that have a cause by their failed test cases. */
async function* runsByCases(db: Reader, cause: NamedCause): AsyncGenerator<number> {
  for (let before: CaseJob | undefined; ; await nextTurn()) {
    const jobs = await jobsWithCase(db, cause, { before, limit: jobsAtATime });
    for (const { run_id } of jobs) yield run_id;
    if (jobs.length < jobsAtATime) return;
    before = jobs.at(-1);
  }
}

/** Returns the runs without a cause, in which no job failed. */
async function greenRuns({ kysely }: Reader): Promise<number[]> {
  const rows = await kysely.selectFrom('runs').select('id').where('fail', '=', 0).where('dead', '=', 0).execute();
  return rows.map(({ id }) => id);
}

function idCondition(value: Value) {
  if (value.type === 'glob') {
    const pattern = asciiLower(value.text).split('*').map(escapeLike).join('%');
    return sql<SqlBool>`id like ${pattern} escape '\\'`;
  }
  const beginning = value.type === 'literal' ? asciiLower(value.text) : '';
  return sql<SqlBool>`id >= ${beginning} and id < ${`${beginning}\u{10ffff}`}`;
}
