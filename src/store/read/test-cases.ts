/** Queries on test cases, and on the causes that failed cases add to the own cause of their jobs (core/job.ts). */
import { sql } from 'kysely';
import { mostCaseCauses } from '../../core/job.ts';
import { classified, type Signature } from '../../core/signature.ts';
import type { CaseCounts } from '../../core/test-cases.ts';
import { oneOf } from '../engine/dialect.ts';
import type { Reader } from '../engine/schema.ts';

/** Returns the test cases of a job, or null if it has none. */
export async function testsOf({ kysely }: Reader, jobId: number) {
  const row = await kysely.selectFrom('job_tests').selectAll().where('job_id', '=', jobId).executeTakeFirst();
  if (!row) return null;
  const { pass, fail, error, skipped, seconds, source, packed } = row;
  return { counts: { pass, fail, error, skipped }, seconds, source, packed };
}

/** Counts the test cases of some jobs by result, by the internal id of the job. */
export async function testCounts({ engine, kysely }: Reader, ids: number[]): Promise<Map<number, CaseCounts>> {
  if (ids.length === 0) return new Map();
  const rows = await kysely
    .selectFrom('job_tests')
    .select(['job_id', 'pass', 'fail', 'error', 'skipped'])
    .where(oneOf(engine, 'job_id', ids))
    .execute();
  return new Map(rows.map(({ job_id, ...counts }) => [job_id, counts]));
}

/** Returns the newest failures of a case, given the hash of its name. `posted` and `started` are those of its job, in microseconds. */
export async function caseFailures({ kysely }: Reader, hash: string, limit: number) {
  return kysely
    .selectFrom('failed_cases')
    .innerJoin('jobs', 'jobs.id', 'failed_cases.job_id')
    .innerJoin('runs', 'runs.id', 'jobs.run_id')
    .select(['failed_cases.job_id as job', 'runs.name as run', 'runs.branch', 'jobs.job_id', 'jobs.description_hash'])
    .select(['failed_cases.posted', 'jobs.started', 'failed_cases.result', 'failed_cases.message'])
    .where('failed_cases.hash', '=', hash)
    .orderBy('failed_cases.posted', 'desc')
    .orderBy('failed_cases.job_id', 'desc')
    .limit(limit)
    .execute();
}

/** Returns the newest jobs with test cases among those with one description. */
export async function testedJobs({ kysely }: Reader, description_hash: string, limit: number) {
  return kysely
    .selectFrom('jobs')
    .innerJoin('job_tests', 'job_tests.job_id', 'jobs.id')
    .innerJoin('runs', 'runs.id', 'jobs.run_id')
    .select(['jobs.id', 'runs.name as run', 'runs.branch', 'jobs.job_id', 'jobs.posted', 'jobs.started'])
    .select('job_tests.packed')
    .where('jobs.description_hash', '=', description_hash)
    .orderBy('jobs.posted', 'desc')
    .orderBy('jobs.id', 'desc')
    .limit(limit)
    .execute();
}

/** Returns the failed test cases of the jobs of a run. */
export async function failedCasesOf({ kysely }: Reader, runId: number, limit: number) {
  return kysely
    .selectFrom('jobs')
    .innerJoin('failed_cases', 'failed_cases.job_id', 'jobs.id')
    .select(['jobs.job_id', 'failed_cases.name', 'failed_cases.hash', 'failed_cases.place'])
    .select(['failed_cases.message', 'failed_cases.signature'])
    .where('jobs.run_id', '=', runId)
    .orderBy('jobs.id')
    .orderBy('failed_cases.place')
    .limit(limit)
    .execute();
}

/** The causes of the failed test cases of a job, by its internal id. */
export type CaseCauses = (id: number) => readonly Signature[];

/** The most failed cases of a run that are read as causes; a page with more would be unreadable. */
const mostOfRun = 5000;

const none: readonly Signature[] = [];

/** The condition that a case counts as a cause. SQLite uses the partial index of these rows only if the condition has the same text. */
export const isCause = sql<boolean>`failed_cases.place < ${sql.lit(mostCaseCauses)}`;

/** Returns the case causes of the failed jobs of a run. */
export async function caseCausesOfRun(db: Reader, runId: number): Promise<CaseCauses> {
  const rows = await selectCauses(db)
    .where('jobs.run_id', '=', runId)
    // The condition of the partial index of a run's jobs with a cause.
    .where('jobs.signature', 'is not', null)
    .orderBy('jobs.id')
    .orderBy('failed_cases.place')
    .limit(mostOfRun)
    .execute();
  return gathered(rows);
}

/** Returns the case causes of some failed jobs, given their internal ids. */
export async function caseCausesOf(db: Reader, ids: number[]): Promise<CaseCauses> {
  if (ids.length === 0) return () => none;
  return gathered(
    await selectCauses(db)
      .where(oneOf(db.engine, 'jobs.id', ids))
      .orderBy('jobs.id')
      .orderBy('failed_cases.place')
      .execute(),
  );
}

function selectCauses({ kysely }: Reader) {
  return (
    kysely
      .selectFrom('jobs')
      // SQLite reads the tables of a cross join in the order in which they are written.
      .crossJoin('failed_cases')
      .crossJoin('signatures')
      .whereRef('failed_cases.job_id', '=', 'jobs.id')
      .whereRef('signatures.id', '=', 'failed_cases.signature')
      .where(isCause)
      .select(['jobs.id as job', 'signatures.id', 'signatures.kind', 'signatures.title'])
  );
}

function gathered(rows: Awaited<ReturnType<ReturnType<typeof selectCauses>['execute']>>): CaseCauses {
  const causes = new Map<string, Signature>();
  const found = new Map<number, Set<Signature>>();
  for (const { job, id, kind, title } of rows) {
    const cause = causes.get(id) ?? classified({ id, kind: kind as Signature['kind'], title });
    causes.set(id, cause);
    found.set(job, (found.get(job) ?? new Set()).add(cause));
  }
  const lists = new Map([...found].map(([job, set]) => [job, [...set]]));
  return (id) => lists.get(id) ?? none;
}

/** A job with a cause; `posted` in microseconds. */
export interface CaseJob {
  id: number;
  run_id: number;
  posted: number;
}

/**
 * Returns the failed jobs that have a cause by one of their test cases, newest first. `from` is the earliest time in microseconds;
 * `before` is the last job of the previous page.
 */
export async function jobsWithCase(
  { kysely }: Reader,
  { id, kind }: { id: string; kind: string },
  { from = 0, before, limit }: { from?: number; before?: CaseJob | undefined; limit: number },
): Promise<CaseJob[]> {
  if (kind !== 'test') return [];
  const query = kysely
    .selectFrom('failed_cases')
    .innerJoin('jobs', 'jobs.id', 'failed_cases.job_id')
    .select(({ fn }) => [
      'failed_cases.job_id as id',
      'failed_cases.posted',
      fn.min<number>('jobs.run_id').as('run_id'),
    ])
    .where('failed_cases.signature', '=', id)
    .where(isCause)
    .where('failed_cases.posted', '>=', from)
    .where('jobs.signature', 'is not', null)
    .groupBy(['failed_cases.posted', 'failed_cases.job_id'])
    .orderBy('failed_cases.posted', 'desc')
    .orderBy('failed_cases.job_id', 'desc')
    .limit(limit);
  if (before === undefined) return query.execute();
  return query
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple('failed_cases.posted', 'failed_cases.job_id'), '<', tuple(before.posted, before.id)),
    )
    .execute();
}

/** Counts, for some runs and causes, the jobs that have the cause only by a failed test case. */
export async function caseCounts(
  { engine, kysely }: Reader,
  runs: number[],
  causes: readonly { id: string; kind: string }[],
): Promise<{ run_id: number; cause: string; jobs: number }[]> {
  const ids = causes.flatMap(({ id, kind }) => (kind === 'test' ? [id] : []));
  if (ids.length === 0) return [];
  const rows = await kysely
    .selectFrom('jobs')
    .crossJoin('failed_cases')
    .whereRef('failed_cases.job_id', '=', 'jobs.id')
    .whereRef('failed_cases.signature', '<>', 'jobs.signature')
    .where(oneOf(engine, 'jobs.run_id', runs))
    .where('jobs.signature', 'is not', null)
    .where(isCause)
    .where(oneOf(engine, 'failed_cases.signature', ids))
    .select(['jobs.run_id', 'failed_cases.signature as cause'])
    .select(sql<number>`count(distinct jobs.id)`.as('jobs'))
    .groupBy(['jobs.run_id', 'failed_cases.signature'])
    .execute();
  return rows;
}

/** Returns the message of the failed test case of a cause in some jobs, by their internal ids. Jobs without a message are left out. */
export async function caseMessages(
  { engine, kysely }: Reader,
  { id, kind }: { id: string; kind: string },
  jobs: number[],
): Promise<Map<number, string>> {
  if (kind !== 'test') return new Map();
  const rows = await kysely
    .selectFrom('failed_cases')
    .select(['job_id', 'message'])
    .where(oneOf(engine, 'job_id', jobs))
    .where('signature', '=', id)
    .where(isCause)
    .execute();
  return new Map(rows.flatMap(({ job_id, message }) => (message === null ? [] : [[job_id, message]])));
}
