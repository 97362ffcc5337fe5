import {
  CompiledQuery,
  type ExpressionBuilder,
  type RawBuilder,
  type SelectQueryBuilder,
  type SqlBool,
  sql,
} from 'kysely';
import { type Failure, notFound } from '../../core/errors.ts';
import { type JobStatus, jobStatuses } from '../../core/job.ts';
import type { RunCondition, RunFacet } from '../../core/run.ts';
import { MICROS_PER_DAY } from '../../core/time.ts';
import type { Reader, RunRow, Schema } from '../engine/schema.ts';
import { numbered } from '../engine/transaction.ts';

/** The results of the jobs of a run. Dead jobs count as failed. */
export interface RunSummary {
  name: string;
  passed: number;
  failed: number;
  unfinished: number;
}

/** A part of a list. */
export interface Page {
  limit: number;
  offset: number;
}

/** A part of a list of runs, which may begin after one of them. */
export interface RunsPage extends Page {
  after?: RunRow | undefined;
}

// A constant text with sums instead of seven counts, because building the statement and reading the numbers took a fifth of a request.
const latestRunsText =
  'select name, pass as passed, fail + dead as failed, queued + running + waiting + unknown as unfinished ' +
  'from runs order by posted desc, id desc limit ?';

/** Returns the `limit` newest runs by time of posting, as the classic list shows them. */
export async function latestRuns(db: Reader, limit: number): Promise<RunSummary[]> {
  const query = CompiledQuery.raw(numbered(db.engine, latestRunsText), [limit]);
  return (await db.kysely.executeQuery<RunSummary>(query)).rows;
}

/** The internal id of a run, or `not_found`. */
export async function runId(db: Reader, name: string): Promise<number | Failure> {
  const row = await db.kysely.selectFrom('runs').select('id').where('name', '=', name).executeTakeFirst();
  return row?.id ?? notFound('run', name);
}

/** A run, or `not_found`. */
export async function run(db: Reader, name: string): Promise<RunRow | Failure> {
  const row = await db.kysely.selectFrom('runs').selectAll().where('name', '=', name).executeTakeFirst();
  return row ?? notFound('run', name);
}

/** Returns the name of the run with an internal id, or null. */
export async function runName(db: Reader, id: number): Promise<string | null> {
  const row = await db.kysely.selectFrom('runs').select('name').where('id', '=', id).executeTakeFirst();
  return row?.name ?? null;
}

/** Selects the newest `limit` runs by scheduled time, newest first. */
export function newestRuns(kysely: Reader['kysely'], limit: number) {
  return kysely.selectFrom('runs').selectAll().orderBy('scheduled', 'desc').orderBy('id', 'desc').limit(limit);
}

/** Returns runs, newest posted first. */
export async function runsByPosted(db: Reader, page: RunsPage): Promise<RunRow[]> {
  return pageOf(db.kysely.selectFrom('runs').selectAll(), 'posted', 'desc', page);
}

/** Returns the runs for which all conditions hold, newest scheduled first. */
export async function runsWhere(db: Reader, conditions: RunCondition[], page: RunsPage): Promise<RunRow[]> {
  return pageOf(restrict(db.kysely.selectFrom('runs').selectAll(), conditions), 'scheduled', 'desc', page);
}

/** Returns the runs with a queued job, oldest scheduled first. */
export async function runsWithQueuedJobs(db: Reader, page: RunsPage): Promise<RunRow[]> {
  return pageOf(db.kysely.selectFrom('runs').selectAll().where('queued', '>', 0), 'scheduled', 'asc', page);
}

/** Counts all jobs by status, from the counts of the runs. Reads all runs, which takes some milliseconds for 10,000. */
export async function countJobs({ kysely }: Reader): Promise<Record<JobStatus, number>> {
  const sums = await kysely
    .selectFrom('runs')
    .select(({ fn }) => jobStatuses.map((status) => fn.sum<number | null>(status).as(status)))
    .executeTakeFirstOrThrow();
  return Object.fromEntries(jobStatuses.map((status) => [status, Number(sums[status])])) as Record<JobStatus, number>;
}

/** Counts the running jobs by the machine type of their runs. */
export async function runningByMachineType({ kysely }: Reader): Promise<Map<string, number>> {
  const query = kysely.selectFrom('runs').select(['machine_type', 'running']).where('running', '>', sql.lit(0));
  const counts = new Map<string, number>();
  for (const { machine_type, running } of await query.orderBy('scheduled').limit(10_000).execute())
    counts.set(machine_type, (counts.get(machine_type) ?? 0) + running);
  return counts;
}

function pageOf(
  query: SelectQueryBuilder<Schema, 'runs', RunRow>,
  column: 'posted' | 'scheduled',
  order: 'asc' | 'desc',
  { limit, offset, after }: RunsPage,
): Promise<RunRow[]> {
  const sign = sql.raw(order === 'asc' ? '>' : '<');
  const rest = after
    ? query.where(sql<SqlBool>`(${sql.ref(column)}, id) ${sign} (${after[column]}, ${after.id})`)
    : query.offset(offset);
  return rest.orderBy(column, order).orderBy('id', order).limit(limit).execute();
}

/** Returns the days (as numbers since the epoch) on which matching runs were scheduled, in ascending order. */
export async function scheduledDays(db: Reader, conditions: RunCondition[]): Promise<number[]> {
  // Both engines round a quotient towards zero, so without the shift by a million days, days before 1970 would be off by one.
  const day = sql<number>`(scheduled + ${sql.lit(MICROS_PER_DAY * 1_000_000)}) / ${sql.lit(MICROS_PER_DAY)} - 1000000`;
  const rows = await restrict(db.kysely.selectFrom('runs').select(day.as('day')).distinct(), conditions)
    .orderBy('day')
    .execute();
  return rows.map((row) => row.day);
}

/** Returns the distinct values of a facet among matching runs, ascending by code point, without nulls and empty texts. */
export async function facetValues(
  db: Reader,
  facet: Exclude<RunFacet, 'date'>,
  conditions: RunCondition[],
): Promise<string[]> {
  if (facet === 'sha1' || facet === 'flavor') {
    if (conditions.length === 0) return distinctValues(db, 'jobs', facet);
    return jobValues(db, facet, restrict(db.kysely.selectFrom('runs').select('runs.id'), conditions));
  }
  if (conditions.length === 0) return distinctValues(db, 'runs', facet);
  const runs = db.kysely.selectFrom('runs').select(facet).distinct().where(facet, '<>', '');
  const rows = await restrict(runs, conditions).orderBy(facet).execute();
  return rows.map((row) => row[facet]);
}

/** Skips from each value to the next one in the index, so that the cost depends on the number of values, not of rows. */
function valuesByIndex(from: 'runs' | 'jobs', facet: string): RawBuilder<unknown> {
  const [table, column] = [sql.table(from), sql.ref(facet)];
  return sql`
    found (value) as (
      select min(${column}) from ${table} where ${column} > ''
      union all
      select (select min(${column}) from ${table} where ${column} > found.value) from found where found.value is not null
    )`;
}

async function distinctValues({ kysely }: Reader, from: 'runs' | 'jobs', facet: string): Promise<string[]> {
  const { rows } = await sql<{ value: string }>`
    with recursive ${valuesByIndex(from, facet)} select value from found where value is not null`.execute(kysely);
  return rows.map(({ value }) => value);
}

/**
 * Returns the values that the jobs of some runs have. Skips from each pair of value and run to the next one, and so reads only one of
 * the 500 jobs of a run.
 */
async function jobValues(
  { kysely }: Reader,
  facet: 'sha1' | 'flavor',
  runs: SelectQueryBuilder<Schema, 'runs', { id: number }>,
): Promise<string[]> {
  const column = sql.ref(facet);
  const { rows } = await sql<{ value: string }>`
    with recursive ${valuesByIndex('jobs', facet)}, pair (value, run_id) as (
      select value, (select min(run_id) from jobs where ${column} = found.value) from found where value is not null
      union all
      select value, (select min(run_id) from jobs where ${column} = pair.value and run_id > pair.run_id)
      from pair where pair.run_id is not null
    )
    select distinct value from pair where run_id in (${runs}) order by value`.execute(kysely);
  return rows.map(({ value }) => value);
}

function restrict<O>(
  query: SelectQueryBuilder<Schema, 'runs', O>,
  conditions: RunCondition[],
): SelectQueryBuilder<Schema, 'runs', O> {
  return conditions.reduce(
    (restricted, condition) => restricted.where((builder) => expression(builder, condition)),
    query,
  );
}

function expression(builder: ExpressionBuilder<Schema, 'runs'>, condition: RunCondition) {
  const { and, eb } = builder;
  switch (condition.facet) {
    case 'since':
      return eb('scheduled', '>=', condition.from);
    case 'date':
      return and([eb('scheduled', '>=', condition.range.from), eb('scheduled', '<', condition.range.to)]);
    case 'sha1': {
      // A range, unlike LIKE, needs no escapes, and both engines use the index for it.
      const beyond = `${condition.value}\u{10ffff}`;
      const jobs = eb.selectFrom('jobs').select('run_id').where('jobs.sha1', '>=', condition.value);
      return eb('runs.id', 'in', jobs.where('jobs.sha1', '<', beyond));
    }
    case 'flavor':
      // Tested for each run, because most jobs have the same flavor: a subquery with `in` would first read a million jobs.
      return eb.exists(
        eb
          .selectFrom('jobs')
          .select('jobs.id')
          .whereRef('jobs.run_id', '=', 'runs.id')
          .where('jobs.flavor', '=', condition.value),
      );
    default:
      return eb(`runs.${condition.facet}`, '=', condition.value);
  }
}

/**
 * Selects the runs that have jobs in an unfinished status; there are few at any time. `jobs` has no index on the status, because every
 * change of a status would then change all indexes of the row: 839 instead of 2,137 updates per second on PostgreSQL.
 */
export function runsWithJobs(db: Reader, status: 'queued' | 'waiting' | 'running') {
  return db.kysely.selectFrom('runs').select('runs.id').where(`runs.${status}`, '>', 0);
}
