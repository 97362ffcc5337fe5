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

/** How the jobs of a run ended, dead ones among the failed. */
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

/** A part of a list of runs, which may begin behind one of them. */
export interface RunsPage extends Page {
  after?: RunRow | undefined;
}

// A constant text with sums instead of seven counts: building the statement and reading the numbers took a fifth of a request.
const latestRunsText =
  'select name, pass as passed, fail + dead as failed, queued + running + waiting + unknown as unfinished ' +
  'from runs order by posted desc, id desc limit ?';

/** The `limit` runs posted last, newest first, with what the classic list shows. */
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

/** The name of the run with an internal id; null when there is none. */
export async function runName(db: Reader, id: number): Promise<string | null> {
  const row = await db.kysely.selectFrom('runs').select('name').where('id', '=', id).executeTakeFirst();
  return row?.name ?? null;
}

/** The runs scheduled last, newest first. */
export function newestRuns(kysely: Reader['kysely'], limit: number) {
  return kysely.selectFrom('runs').selectAll().orderBy('scheduled', 'desc').orderBy('id', 'desc').limit(limit);
}

/** Runs, those posted last first. */
export async function runsByPosted(db: Reader, page: RunsPage): Promise<RunRow[]> {
  return pageOf(db.kysely.selectFrom('runs').selectAll(), 'posted', 'desc', page);
}

/** Runs for which every condition holds, those scheduled last first. */
export async function runsWhere(db: Reader, conditions: RunCondition[], page: RunsPage): Promise<RunRow[]> {
  return pageOf(restrict(db.kysely.selectFrom('runs').selectAll(), conditions), 'scheduled', 'desc', page);
}

/** Runs that have a queued job, oldest scheduled first. */
export async function runsWithQueuedJobs(db: Reader, page: RunsPage): Promise<RunRow[]> {
  return pageOf(db.kysely.selectFrom('runs').selectAll().where('queued', '>', 0), 'scheduled', 'asc', page);
}

/** The number of all jobs in each status, from the counts of runs. Reads all runs: some milliseconds for 10,000. */
export async function countJobs({ kysely }: Reader): Promise<Record<JobStatus, number>> {
  const sums = await kysely
    .selectFrom('runs')
    .select(({ fn }) => jobStatuses.map((status) => fn.sum<number | null>(status).as(status)))
    .executeTakeFirstOrThrow();
  return Object.fromEntries(jobStatuses.map((status) => [status, Number(sums[status])])) as Record<JobStatus, number>;
}

/** How many jobs run for each machine type, as the names of their runs say it. */
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

/** The days (as numbers since the epoch) on which matching runs were scheduled, in ascending order. */
export async function scheduledDays(db: Reader, conditions: RunCondition[]): Promise<number[]> {
  // Both engines divide towards zero: the shift by a million days keeps the days before 1970 apart.
  const day = sql<number>`(scheduled + ${sql.lit(MICROS_PER_DAY * 1_000_000)}) / ${sql.lit(MICROS_PER_DAY)} - 1000000`;
  const rows = await restrict(db.kysely.selectFrom('runs').select(day.as('day')).distinct(), conditions)
    .orderBy('day')
    .execute();
  return rows.map((row) => row.day);
}

/** The distinct values of a facet among matching runs, ascending by code point, without nulls and empty texts. */
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

/** Goes from each value to the next one in the index: the cost is that of the values, not of the rows. */
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

/** The values that the jobs of some runs have. Steps from each pair of value and run to the next one, which reads one of the 500 jobs of a run. */
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
      // A range instead of LIKE: it needs no escapes and both engines find it in the index.
      const beyond = `${condition.value}\u{10ffff}`;
      const jobs = eb.selectFrom('jobs').select('run_id').where('jobs.sha1', '>=', condition.value);
      return eb('runs.id', 'in', jobs.where('jobs.sha1', '<', beyond));
    }
    case 'flavor':
      // Tested for each run: most jobs have the same flavor, so a list of runs would be made from a million jobs first.
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
 * The runs that have jobs of an unfinished status, of which there are few at any time. An index on the status of jobs would have to be changed with every change of a
 * status, and with it all other indexes of the row: 839 instead of 2,137 updates a second on PostgreSQL.
 */
export function runsWithJobs(db: Reader, status: 'queued' | 'waiting' | 'running') {
  return db.kysely.selectFrom('runs').select('runs.id').where(`runs.${status}`, '>', 0);
}
